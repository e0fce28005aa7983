namespace Dashboard.Storage.Runs;

/// <summary>One value of one metric.</summary>
public sealed class Metric
{
    public required long RunId { get; init; }

    public required long Sequence { get; init; }

    public required string Name { get; init; }

    public required long Step { get; init; }

    public required int Epoch { get; init; }

    public required long ImagesSeen { get; init; }

    public required DateTimeOffset At { get; init; }

    public required double Value { get; init; }
}
