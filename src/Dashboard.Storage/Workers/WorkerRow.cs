namespace Dashboard.Storage.Workers;

/// <summary>A worker process, alive while its heartbeat is young.</summary>
public sealed class WorkerRow
{
    public required Guid Id { get; init; }

    /// <summary>Host, process id and device: <c>gpu-box:4211 cuda:0</c>.</summary>
    public required string Name { get; init; }

    public required string Host { get; init; }

    public required int ProcessId { get; init; }

    /// <summary>The device's name in words.</summary>
    public required string Device { get; set; }

    /// <summary>What the check of its arithmetic found, in a sentence; null while it is checked.</summary>
    public string? Arithmetic { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset HeartbeatAt { get; set; }

    /// <summary>Set when it stopped in order; null with an old heartbeat means that it died.</summary>
    public DateTimeOffset? StoppedAt { get; set; }
}
