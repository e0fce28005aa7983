using Dashboard.Web.Shared;

namespace Dashboard.Web.Charts;

/// <summary>A curve of a <see cref="Chart"/>.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Label">What the legend calls it.</param>
/// <param name="Tone">A colour of the theme: primary, secondary, tertiary or muted.</param>
/// <param name="Error">The metric that holds its standard error, drawn as bars.</param>
/// <param name="Means">The metric at whose steps this one holds the mean of an epoch; its other values are drawn finer.</param>
public sealed record ChartSeries(string Name, string Label, string Tone, string? Error = null, string? Means = null);

/// <summary>A horizontal line to compare a chart's curves with.</summary>
public sealed record ChartLevel(string Label, double Value);

/// <summary>What a chart's x axis counts.</summary>
public enum ChartAxis
{
    Epoch,
    Step,
    Images,
    Time,
}

/// <summary>One value as it arrives, in the names that charts.js and the API share.</summary>
public sealed record ChartPoint(
    string Name, long Step, int Epoch, long ImagesSeen, DateTimeOffset WallTime, double Value, long Sequence);
