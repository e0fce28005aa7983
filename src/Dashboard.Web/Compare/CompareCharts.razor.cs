using Dashboard.Diffusion.Runs;
using Dashboard.Web.Charts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Compare;

/// <summary>
/// A chart a metric with a curve a run. The browser reads the values by HTTP; all charts show the same part of the x axis.
/// </summary>
public sealed partial class CompareCharts : ComponentBase, IAsyncDisposable
{
    // More than a chart has pixels across; the server keeps each bucket's least and greatest value.
    private const int Buckets = 800;

    private static readonly double[] Smoothings = [0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99];

    private ElementReference element;
    private JsModule module = default!;
    private IJSObjectReference? charts;
    private DotNetObjectReference<CompareCharts>? self;
    private IReadOnlyList<RunMetric> metrics = [];
    private (IReadOnlyList<ComparedRun>, ChartAxis, bool, double, string?, bool)? shown;
    private string? failure;
    private bool disposed;

    [Parameter, EditorRequired]
    public required IReadOnlyList<ComparedRun> Runs { get; set; }

    [Parameter]
    public ChartAxis Axis { get; set; }

    [Parameter]
    public bool Linear { get; set; }

    /// <summary>Weight of what came before in the moving average, 0…0.99.</summary>
    [Parameter]
    public double Smoothing { get; set; }

    [Parameter]
    public EventCallback<double> SmoothingChanged { get; set; }

    /// <summary>The part of the x axis that is shown, such as <c>2:10</c>; null for all of it.</summary>
    [Parameter]
    public string? Zoom { get; set; }

    [Parameter]
    public EventCallback<string?> ZoomChanged { get; set; }

    [CascadingParameter(Name = "Dark")]
    public bool Dark { get; set; }

    [Inject]
    public required IJSRuntime Script { get; set; }

    private int SmoothingIndex => Array.FindLastIndex(Smoothings, step => step <= Smoothing);

    [JSInvokable]
    public Task Zoomed(string? range) => InvokeAsync(() => range == Zoom ? Task.CompletedTask : ZoomChanged.InvokeAsync(range));

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        await charts.ReleaseAsync("dispose");
        await module.DisposeAsync();
        self?.Dispose();
    }

    protected override void OnInitialized()
    {
        module = new JsModule(Script, "compare");
        self = DotNetObjectReference.Create(this);
    }

    protected override void OnParametersSet()
    {
        var measured = Runs.SelectMany(compared => compared.Run.LastMetrics.Keys).ToHashSet();
        metrics =
        [
            .. RunMetrics.ChartsOf(measured).OrderBy(chart => chart.Metrics.Contains(RunMetrics.Kid) ? 0 : 1)
                .SelectMany(chart => chart.Metrics).Where(metric => measured.Contains(metric.Name)),
        ];
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        var wanted = (Runs, Axis, Linear, Smoothing, Zoom, Dark);
        if (shown == wanted)
        {
            return;
        }

        shown = wanted;
        try
        {
            if (charts is null)
            {
                var created = await module.InvokeAsync<IJSObjectReference>("compareCharts", element, self);
                if (disposed)
                {
                    await created.ReleaseAsync("dispose");
                    return;
                }

                charts = created;
            }

            await charts.InvokeVoidAsync("show", new
            {
                runs = Runs.Select(compared => new
                {
                    id = compared.Run.Id,
                    label = compared.Run.Name,
                    tone = compared.Tone,
                    version = compared.Run.Sequence,
                    imagesPerEpoch = compared.Run.ImagesPerEpoch,
                }),
                x = Axis.ToString().ToLowerInvariant(),
                linear = Linear,
                smoothing = Smoothing,
                zoom = Zoom,
                buckets = Buckets,
            });
        }
        catch (JSException e)
        {
            failure = e.Message;
            StateHasChanged();
        }
        catch (JSDisconnectedException)
        {
            // The browser went first.
        }
    }

    private static bool IsLog(RunMetric metric) =>
        RunMetrics.Charts.FirstOrDefault(chart => chart.Metrics.Contains(metric)) is { Log: true };
}
