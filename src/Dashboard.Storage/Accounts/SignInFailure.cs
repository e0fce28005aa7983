namespace Dashboard.Storage.Accounts;

/// <summary>Wrong passwords for one e-mail address from one source.</summary>
public sealed class SignInFailure
{
    /// <summary>SHA-256 of the address in upper case, whether there is such an account or not.</summary>
    public required byte[] EmailHash { get; init; }

    /// <summary>A network address, a browser that signed in before, or a session.</summary>
    public required string Source { get; init; }

    public int Count { get; set; }

    public DateTimeOffset LastAt { get; set; }

    public DateTimeOffset? BlockedUntil { get; set; }
}
