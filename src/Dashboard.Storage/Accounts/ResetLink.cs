namespace Dashboard.Storage.Accounts;

/// <summary>A one-time link for setting an account's password. Only the SHA-256 of its secret is kept.</summary>
public sealed class ResetLink
{
    public long Id { get; init; }

    public required byte[] SecretHash { get; init; }

    /// <summary>Whose password it sets.</summary>
    public required string AccountId { get; init; }

    /// <summary>The admin who made it.</summary>
    public string? MakerId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    public DateTimeOffset? UsedAt { get; set; }

    public DateTimeOffset? WithdrawnAt { get; set; }
}
