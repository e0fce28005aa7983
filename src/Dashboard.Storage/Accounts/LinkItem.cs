namespace Dashboard.Storage.Accounts;

/// <summary>An invitation or a reset link that can still be used.</summary>
/// <param name="For">The role of an invitation, the person of a reset link.</param>
/// <param name="Maker">Null when it was made in the terminal.</param>
public sealed record LinkItem(long Id, string For, string? Maker, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
