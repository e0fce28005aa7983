namespace Dashboard.Storage.Accounts;

/// <summary>A bearer token for scripts. Only the SHA-256 of its secret is kept.</summary>
public sealed class ApiToken
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public required byte[] SecretHash { get; init; }

    /// <summary>It may do at most this, and at most what its owner may.</summary>
    public required string Role { get; init; }

    /// <summary>The account that made it and for which it acts; null when it was made in the terminal.</summary>
    public string? OwnerId { get; init; }

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
