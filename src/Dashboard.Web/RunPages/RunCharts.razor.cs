using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs;
using Dashboard.Web.Charts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.RunPages;

/// <summary>The curves of a training run.</summary>
public sealed partial class RunCharts : ComponentBase
{
    private static readonly string[] Tones = ["primary", "secondary", "tertiary", "muted"];

    private List<Panel> panels = [];

    [Parameter, EditorRequired]
    public required RunItem Run { get; set; }

    /// <summary>Names of the metrics that the run has reported.</summary>
    [Parameter]
    public IEnumerable<string> Measured { get; set; } = [];

    [Parameter]
    public string? X { get; set; }

    [Parameter]
    public bool Linear { get; set; }

    private ChartAxis Axis => ChartAxes.Read(X);

    /// <summary>Gives each chart its new values.</summary>
    public async Task AppendAsync(IReadOnlyList<ChartPoint> points)
    {
        foreach (var panel in panels)
        {
            var own = points.Where(p => panel.Series.Any(s => s.Name == p.Name || s.Error == p.Name)).ToList();
            if (panel.Drawn is not null && own.Count > 0)
            {
                await panel.Drawn.AppendAsync(own);
            }
        }
    }

    protected override void OnParametersSet()
    {
        // A chart that stays keeps what it has drawn.
        var kept = panels.ToDictionary(panel => panel.Chart.Id);
        panels =
        [
            .. RunMetrics.ChartsOf(Measured)
                .Select(chart => kept.GetValueOrDefault(chart.Id) ?? new Panel(chart, SeriesOf(chart))),
        ];
    }

    private static ChartSeries[] SeriesOf(MetricChart chart) =>
    [
        .. chart.Metrics.Select((metric, i) => new ChartSeries(
            metric.Name,
            metric.Curve,
            chart.Metrics.Count == 1 && metric.IsValidation ? Tones[1] : Tones[i % Tones.Length],
            metric.Error,
            metric.EpochMeanWith)),
    ];

    private ChartLevel? Floor(MetricChart chart) =>
        chart.Metrics is [var metric] && RunFacts.Floor(Run.Facts, metric) is { } floor ? new ChartLevel("floor", floor) : null;

    private string HowMeasured(MetricChart chart) =>
        string.Join("; ", chart.Facts.Select(name => Run.Facts.GetValueOrDefault(name)).OfType<string>());

    /// <summary>A chart on the page.</summary>
    private sealed class Panel(MetricChart chart, IReadOnlyList<ChartSeries> series)
    {
        public MetricChart Chart { get; } = chart;

        public IReadOnlyList<ChartSeries> Series { get; } = series;

        public Chart? Drawn { get; set; }
    }
}
