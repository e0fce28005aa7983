using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Accounts;

/// <summary>How long a token can be used.</summary>
/// <param name="Key">In forms.</param>
/// <param name="Time">Null: it does not expire.</param>
public sealed record TokenValidity(string Key, string Words, TimeSpan? Time);

/// <summary>What pages say of tokens.</summary>
public static class TokenWords
{
    public static IReadOnlyList<TokenValidity> Validities { get; } =
    [
        new("30", "30 days", TimeSpan.FromDays(30)),
        new("90", "90 days", TimeSpan.FromDays(90)),
        new("365", "1 year", TimeSpan.FromDays(365)),
        new("never", "until it is revoked", null),
    ];

    public static TokenValidity? Find(string? key) => Validities.FirstOrDefault(v => v.Key == key);

    /// <summary>What is wrong with a new token's name; null when nothing.</summary>
    /// <param name="own">The tokens that its owner has.</param>
    public static string? Problem(string name, IReadOnlyCollection<ApiTokenItem> own) =>
        name.Length is 0 or > ApiTokens.LongestName || name.Any(char.IsControl)
            ? $"Give the token a name of 1 to {ApiTokens.LongestName} characters that says what uses it."
        : own.Count(t => t.Ended is null) >= ApiTokens.MostOfOneOwner
            ? $"There are {ApiTokens.MostOfOneOwner} tokens already. Revoke one first."
        : null;

    public static string Until(ApiTokenItem token) =>
        token.Ended ?? (token.ExpiresAt is { } end ? $"until {Format.Moment(end)}" : "without an end");
}
