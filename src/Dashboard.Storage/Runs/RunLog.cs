using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Runs;

/// <summary>A line of a run's log.</summary>
public sealed class RunLog
{
    public required long RunId { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset At { get; init; }

    public required RunLogLevel Level { get; init; }

    public required string Text { get; init; }

    /// <summary>What only somebody who looks for a cause reads, such as a stack trace.</summary>
    public string? Detail { get; init; }
}
