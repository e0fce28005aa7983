using Dashboard.Storage.Runs;
using Dashboard.Web.Charts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.RunPages;

/// <summary>The curves of a training run.</summary>
public sealed partial class RunCharts : ComponentBase
{
    private static readonly ChartSeries[] NoiseLoss =
        [new("train/noise_loss", "training", "primary", Means: "val/noise_loss"), new("val/noise_loss", "validation", "secondary")];

    private static readonly ChartSeries[] ImageLoss =
        [new("train/image_loss", "training", "primary"), new("val/image_loss", "validation", "secondary")];

    private static readonly ChartSeries[] Kid = [new("val/kid", "KID", "secondary", "val/kid_error")];

    private static readonly ChartSeries[] Speed = [new("perf/images_per_second", "images/s", "tertiary")];

    private Chart? noise;
    private Chart? image;
    private Chart? kid;
    private Chart? speed;

    private readonly Dictionary<string, Chart?> added = [];
    private IReadOnlyList<ExtraChart> more = [];

    [Parameter, EditorRequired]
    public required RunItem Run { get; set; }

    /// <summary>Names of the metrics that the run has reported; what it never measures gets no chart.</summary>
    [Parameter]
    public IEnumerable<string> Measured { get; set; } = [];

    [Parameter]
    public string? X { get; set; }

    [Parameter]
    public bool Linear { get; set; }

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private ChartAxis Axis => Enum.TryParse<ChartAxis>(X, ignoreCase: true, out var axis) ? axis : ChartAxis.Epoch;

    private double ImagesPerEpoch =>
        Run.Spec.TryGetProperty("epochs", out var epochs) && epochs.TryGetInt32(out var count) && count > 0
            ? (double)Run.Progress.ImagesTotal / count
            : 0;

    /// <summary>Gives each chart its new values.</summary>
    public async Task AppendAsync(IReadOnlyList<ChartPoint> points)
    {
        foreach (var chart in new[] { noise, image, kid, speed }.Concat(added.Values))
        {
            var own = chart is null ? [] : points.Where(p => chart.Series.Any(s => s.Name == p.Name || s.Error == p.Name)).ToList();
            if (own.Count > 0)
            {
                await chart!.AppendAsync(own);
            }
        }
    }

    protected override void OnParametersSet()
    {
        // A chart keeps the series it was made with, so its panel is made anew when more of them appear.
        var wanted = ExtraCharts.For(Measured);
        if (!wanted.Select(c => c.Id).SequenceEqual(more.Select(c => c.Id)))
        {
            more = wanted;
        }
    }

    private ChartLevel? Floor(string metric) => MetricFloor.Of(Run, metric) is { } floor ? new ChartLevel("floor", floor) : null;

    private string AddressOf(ChartAxis axis, bool linear) => Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
    {
        ["x"] = axis == ChartAxis.Epoch ? null : axis.ToString().ToLowerInvariant(),
        ["linear"] = linear ? true : null,
    });
}
