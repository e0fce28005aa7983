namespace Dashboard.Storage.Accounts;

/// <summary>A signed-out session, so that a copy of its cookie is refused.</summary>
public sealed class EndedSession
{
    /// <summary>As it stands in the cookie.</summary>
    public required Guid Id { get; init; }

    public DateTimeOffset EndedAt { get; init; } = DateTimeOffset.UtcNow;
}
