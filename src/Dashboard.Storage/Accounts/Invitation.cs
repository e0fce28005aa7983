namespace Dashboard.Storage.Accounts;

/// <summary>A one-time link for making an account. Only the SHA-256 of its secret is kept.</summary>
public sealed class Invitation
{
    public long Id { get; init; }

    public required byte[] SecretHash { get; init; }

    public required string Role { get; init; }

    /// <summary>The admin who made it; null when it was made in the terminal.</summary>
    public string? MakerId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    public DateTimeOffset? UsedAt { get; set; }

    public DateTimeOffset? WithdrawnAt { get; set; }
}
