using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Entities;

namespace Dashboard.Storage.Queries;

// The records of this folder are the API's JSON as it stands.

/// <param name="NextCursor">Gives the next page; null on the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

public sealed record DatasetRef(long Id, string Name);

public sealed record OwnerRef(string Id, string Name);

public sealed record WorkerRef(Guid Id, string Name);

/// <param name="ImagesSeen">Images shown (training) or drawn (sampling).</param>
/// <param name="Fraction">0…1.</param>
public sealed record RunProgress(long ImagesSeen, long ImagesTotal, double Fraction, double? ImagesPerSecond, string? Phase, long Step, int Epoch);

/// <summary>A run as lists and pages show it.</summary>
public sealed record RunItem
{
    public required long Id { get; init; }

    public required RunKind Kind { get; init; }

    public required string Name { get; init; }

    public required RunState State { get; init; }

    /// <summary>What was asked of the worker and has not happened yet.</summary>
    public required RunRequest Request { get; init; }

    public required OwnerRef? Owner { get; init; }

    public required JsonElement Spec { get; init; }

    public required DatasetRef? Dataset { get; init; }

    /// <summary>The checkpoint that a sampling run draws from.</summary>
    public required long? Checkpoint { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Place among the waiting runs of its kind, 1 for the next; null when it does not wait.</summary>
    public required int? Position { get; init; }

    public required RunProgress Progress { get; init; }

    /// <summary>Seconds that the worker still expects to need.</summary>
    public required double? Eta { get; init; }

    public required WorkerRef? Worker { get; init; }

    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>The newest value of each metric; null for one that is no number.</summary>
    public required IReadOnlyDictionary<string, double?> LastMetrics { get; init; }

    /// <summary>The lowest value of each loss and of the KID.</summary>
    public required IReadOnlyDictionary<string, double?> BestMetrics { get; init; }

    public required string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>Of the newest thing that happened to it; give it to Watch to hear what comes after.</summary>
    public required long Sequence { get; init; }
}

/// <param name="Time">Diffusion time t.</param>
public sealed record ImageFrame(int Index, double Time, FrameShows Shows);

/// <summary>A generated picture.</summary>
public sealed record ImageItem
{
    public required long Id { get; init; }

    public required string Sha256 { get; init; }

    public string Url => $"/images/{Sha256}.png";

    public string ThumbnailUrl => $"/images/{Sha256}.webp";

    /// <summary>"sample" or "frame".</summary>
    public string Kind => Frame is null ? "sample" : "frame";

    public required long Run { get; init; }

    public required string RunName { get; init; }

    public required int Epoch { get; init; }

    public required long Step { get; init; }

    public required long ImagesSeen { get; init; }

    public required long Seed { get; init; }

    /// <summary>The seed towards which it was mixed, <see cref="SlerpShare"/> of the way; null where one seed gave its noise.</summary>
    public required long? SlerpTo { get; init; }

    /// <summary>0…1.</summary>
    public required double? SlerpShare { get; init; }

    public required string Sampler { get; init; }

    public required int Evaluations { get; init; }

    public required double Eta { get; init; }

    public required long? Checkpoint { get; init; }

    public required ImageFrame? Frame { get; init; }

    /// <summary>Pixels.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required long Sequence { get; init; }
}

/// <param name="Run">The run that drew it; its spec holds the rest of what is needed to draw it again.</param>
/// <param name="TrainedBy">The training run behind the checkpoint; the same run for a sample drawn while training.</param>
public sealed record ImageDetail(ImageItem Image, RunItem Run, RunItem? TrainedBy, CheckpointItem? CheckpointUsed);

public sealed record CheckpointItem
{
    public required long Id { get; init; }

    public required long Run { get; init; }

    /// <summary>"last" or "best" (by KID).</summary>
    public required CheckpointKind Kind { get; init; }

    public required int Epoch { get; init; }

    public required long Step { get; init; }

    public required long ImagesSeen { get; init; }

    public required double? Kid { get; init; }

    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    public string Url => $"/api/checkpoints/{Id}/weights.safetensors";

    /// <summary>False when a later checkpoint took the file's place, or the file is gone.</summary>
    public required bool Available { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required long Sequence { get; init; }
}

/// <summary>A value, or a bucket of values with its extremes.</summary>
public sealed record MetricPoint(long Step, int Epoch, long ImagesSeen, DateTimeOffset WallTime, double? Value, double? Min, double? Max, long Sequence);

public sealed record MetricSeries(string Name, IReadOnlyList<MetricPoint> Points);

/// <summary>Values reported at one moment, as the feed sends them.</summary>
public sealed record MetricsItem(long Step, int Epoch, long ImagesSeen, DateTimeOffset WallTime, IReadOnlyDictionary<string, double?> Values);

public sealed record LogItem(long Sequence, DateTimeOffset At, RunLogLevel Level, string Text);

public enum WorkerState
{
    Alive,

    /// <summary>Its heartbeat stopped.</summary>
    Dead,

    /// <summary>It ended in order.</summary>
    Stopped,
}

public sealed record WorkerItem(
    Guid Id, string Name, string Host, int ProcessId, string Device, WorkerState State, long? CurrentRunId, string? CurrentRunName, DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt);

/// <summary>The team's present: what runs, what waits in its order, what ended last, who works.</summary>
/// <param name="NewestSamples">The newest samples of each running run.</param>
public sealed record ActivitySnapshot(
    IReadOnlyList<RunItem> Running, IReadOnlyList<RunItem> Waiting, IReadOnlyList<RunItem> Recent, IReadOnlyList<WorkerItem> Workers,
    IReadOnlyDictionary<long, IReadOnlyList<ImageItem>> NewestSamples);
