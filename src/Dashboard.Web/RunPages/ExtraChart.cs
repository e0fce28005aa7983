using Dashboard.Web.Charts;

namespace Dashboard.Web.RunPages;

/// <summary>A chart of metrics that only some runs have.</summary>
/// <param name="Id">Names the panel, with the metrics it draws where those vary.</param>
/// <param name="Log">Whether a logarithmic axis suits it.</param>
public sealed record ExtraChart(string Id, string Title, string Text, bool Log, IReadOnlyList<ChartSeries> Series);
