namespace Dashboard.Storage.Queue;

public enum QueueResult
{
    Done,
    NotFound,

    /// <summary>The run is not this person's.</summary>
    NotAllowed,

    /// <summary>The run's state does not admit it.</summary>
    NotPossible,

    /// <summary>As many of this person's runs wait as may.</summary>
    OverQuota,
}

/// <summary>What came of a person's wish.</summary>
/// <param name="Reason">For a person, when it was not done.</param>
/// <param name="RunId">The run it concerns; of a clone, the new one.</param>
public sealed record QueueOutcome(QueueResult Result, string? Reason = null, long? RunId = null)
{
    public bool IsDone => Result == QueueResult.Done;

    public static QueueOutcome Done(long runId) => new(QueueResult.Done, null, runId);

    public static QueueOutcome NotFound(long runId) => new(QueueResult.NotFound, $"there is no run {runId}");

    public static QueueOutcome NotAllowed { get; } =
        new(QueueResult.NotAllowed, "this run is somebody else's; its owner or an admin may change it");

    public static QueueOutcome NotPossible(string reason) => new(QueueResult.NotPossible, reason);

    public static QueueOutcome OverQuota(string reason) => new(QueueResult.OverQuota, reason);
}
