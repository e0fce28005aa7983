using System.Text.Json;

namespace Dashboard.Storage.Workers;

public enum WorkerState
{
    Alive,

    /// <summary>Its heartbeat stopped.</summary>
    Dead,

    /// <summary>It ended in order.</summary>
    Stopped,
}

/// <param name="Arithmetic">What the check of its arithmetic found; null while it is checked.</param>
public sealed record WorkerItem(
    Guid Id, string Name, string Host, int ProcessId, string Device, WorkerState State, long? CurrentRunId,
    string? CurrentRunName, DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt, string? Arithmetic);
