namespace Dashboard.Storage.Accounts;

/// <summary>A bearer token for scripts. Only the SHA-256 of its secret is kept.</summary>
public sealed class ApiToken
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public required byte[] SecretHash { get; init; }

    public required string Role { get; init; }

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
