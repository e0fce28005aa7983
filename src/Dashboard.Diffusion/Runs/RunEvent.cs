namespace Dashboard.Diffusion.Runs;

/// <summary>A run's time in three units. Images seen is the one that compares across batch sizes.</summary>
/// <param name="Step">Optimizer steps taken.</param>
/// <param name="Epoch">Epochs finished.</param>
/// <param name="ImagesSeen">Training images shown so far.</param>
public readonly record struct RunClock(long Step, int Epoch, long ImagesSeen);

/// <summary>What the engine tells while it works. Nothing here knows of Postgres.</summary>
public abstract record RunEvent
{
    public RunClock Clock { get; init; }

    public DateTimeOffset At { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>How far the run is. Only the newest counts.</summary>
/// <param name="ImagesDone">Images shown (training) or finished (sampling, in image equivalents).</param>
/// <param name="ImagesTotal">0 while the images are not counted yet; how far the run was then stays as it is.</param>
/// <param name="ImagesPerSecond">0 while it is not known.</param>
/// <param name="Phase">What is being done, in words: "training", "validating", "measuring KID", "drawing samples".</param>
public sealed record ProgressEvent(
    long ImagesDone, long ImagesTotal, double ImagesPerSecond, TimeSpan? Remaining, string Phase) : RunEvent
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(100 * 365);

    /// <summary>What remains, from seconds; null for more than a century, which neither a clock nor a calendar holds.</summary>
    public static TimeSpan? Time(double seconds) =>
        seconds >= 0 && seconds < Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
}

/// <summary>Values at one moment by the names in <see cref="RunMetrics"/>. Never dropped.</summary>
public sealed record MetricsEvent(IReadOnlyDictionary<string, double> Values) : RunEvent;

/// <summary>
/// A fact about the whole run that a page shows beside its numbers: <c>kid_protocol</c>, <c>device</c>, <c>parameters</c>.
/// </summary>
public sealed record FactEvent(string Name, string Value) : RunEvent;

/// <summary>What real images reach in place of generated ones.</summary>
/// <param name="Metric">Name of a metric that <see cref="RunMetric.HasFloor"/>.</param>
public sealed record FloorEvent(string Metric, double Value) : RunEvent;

/// <summary>Something that a person should know about the run.</summary>
/// <param name="Key">Newer text under the same key replaces the older one.</param>
/// <param name="Text">Empty once it no longer applies.</param>
public sealed record AdviceEvent(string Key, string Text) : RunEvent;

/// <param name="Text">A sentence for a person.</param>
public sealed record LogEvent(RunLogLevel Level, string Text) : RunEvent
{
    /// <summary>What only somebody who looks for a cause reads, such as a stack trace; a page folds it.</summary>
    public string? Detail { get; init; }
}

public enum RunLogLevel
{
    Information,
    Warning,
    Error,
}

public enum CheckpointKind
{
    Last,
    Best,

    /// <summary>Brought by a person.</summary>
    Imported,
}

/// <summary>A checkpoint that is whole on disk: written to a temporary file, flushed and renamed before this is said.</summary>
/// <param name="Kid">The KID it was kept for, if measured.</param>
public sealed record CheckpointEvent(CheckpointKind Kind, string Path, string Sha256, long Bytes, double? Kid) : RunEvent;

/// <summary>A generated picture.</summary>
/// <param name="Png">The picture itself, lossless.</param>
/// <param name="Thumbnail">The same as a small WebP.</param>
/// <param name="Frame">Null for a finished sample.</param>
public sealed record ImageEvent(
    byte[] Png,
    byte[] Thumbnail,
    int Width,
    int Height,
    long Seed,
    string Sampler,
    int Evaluations,
    double Eta,
    FrameInfo? Frame) : RunEvent
{
    /// <summary>The seed at the other end of an interpolation; null for none.</summary>
    public long? SlerpTo { get; init; }

    /// <summary>0 is all <see cref="Seed"/>, 1 all <see cref="SlerpTo"/>.</summary>
    public double SlerpShare { get; init; }
}

/// <summary>Where on the way from noise to image a frame was taken.</summary>
/// <param name="Index">0 for the first evaluation's.</param>
/// <param name="Time">Diffusion time t in [0, 1].</param>
public sealed record FrameInfo(int Index, double Time, FrameShows Shows);

public enum FrameShows
{
    /// <summary>x_t.</summary>
    Noisy,

    /// <summary>The network's x₀ at that moment.</summary>
    Predicted,
}
