using System.Text.Json;

namespace Dashboard.Storage.Runs;

/// <summary>A value, or a bucket of values with its extremes.</summary>
public sealed record MetricPoint(
    long Step, int Epoch, long ImagesSeen, DateTimeOffset WallTime, double? Value, double? Min, double? Max, long Sequence);

public sealed record MetricSeries(string Name, IReadOnlyList<MetricPoint> Points);

/// <param name="Error">Standard error; null where it is unknown.</param>
/// <param name="Epoch">At whose end it was measured.</param>
public sealed record BestKid(double Kid, double? Error, int Epoch);

/// <summary>Values reported at one moment, as the feed sends them.</summary>
public sealed record MetricsItem(
    long Step, int Epoch, long ImagesSeen, DateTimeOffset WallTime, IReadOnlyDictionary<string, double?> Values);
