using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Charts;

/// <summary>
/// Curves of one run's metrics. The browser reads their history by HTTP; only what is new goes through the circuit.
/// </summary>
public sealed partial class Chart : ComponentBase, IAsyncDisposable
{
    // More than a screen has pixels across; the server keeps each bucket's least and greatest value.
    private const int Buckets = 1000;

    private readonly List<ChartPoint> early = [];
    private ElementReference element;
    private JsModule module = default!;
    private IJSObjectReference? chart;
    private string? failure;
    private (ChartAxis Axis, bool Log, bool Dark, ChartLevel? Level) shown;
    private bool disposed;

    [Parameter, EditorRequired]
    public required long Run { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<ChartSeries> Series { get; set; }

    /// <summary>Read to people who can't see it.</summary>
    [Parameter, EditorRequired]
    public required string Label { get; set; }

    [Parameter]
    public ChartAxis Axis { get; set; }

    [Parameter]
    public bool Log { get; set; }

    /// <summary>Drawn from edge to edge, dotted.</summary>
    [Parameter]
    public ChartLevel? Level { get; set; }

    /// <summary>Beside the vertical axis, such as a unit.</summary>
    [Parameter]
    public string? YTitle { get; set; }

    /// <summary>Places values within an epoch between two whole epochs.</summary>
    [Parameter]
    public double ImagesPerEpoch { get; set; }

    /// <summary>Pixels.</summary>
    [Parameter]
    public int Height { get; set; } = 300;

    [CascadingParameter(Name = "Dark")]
    public bool Dark { get; set; }

    [Inject]
    public required IJSRuntime Script { get; set; }

    /// <summary>Adds new values; those older than what is drawn are ignored there.</summary>
    public async Task AppendAsync(IReadOnlyList<ChartPoint> points)
    {
        if (disposed)
        {
            return;
        }

        if (chart is null)
        {
            early.AddRange(points);
            return;
        }

        await chart.InvokeVoidAsync("append", points);
    }

    public async ValueTask DisposeAsync()
    {
        disposed = true;
        await chart.ReleaseAsync("dispose");
        await module.DisposeAsync();
    }

    protected override void OnInitialized() => module = new JsModule(Script, "charts");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        var wanted = (Axis, Log, Dark, Level);
        if (firstRender)
        {
            shown = wanted;
            await CreateAsync();
        }
        else if (chart is not null && shown != wanted)
        {
            shown = wanted;
            await chart.InvokeVoidAsync("change", new { x = AxisName, log = Log, level = Level });
        }
    }

    private string AxisName => Axis.ToString().ToLowerInvariant();

    private async Task CreateAsync()
    {
        try
        {
            var created = await module.InvokeAsync<IJSObjectReference>("runChart", element, new
            {
                run = Run,
                series = Series,
                x = AxisName,
                log = Log,
                level = Level,
                yTitle = YTitle,
                imagesPerEpoch = ImagesPerEpoch,
                buckets = Buckets,
            });
            if (disposed)
            {
                await created.ReleaseAsync("dispose");
                return;
            }

            chart = created;
            if (early.Count > 0)
            {
                await chart.InvokeVoidAsync("append", early);
                early.Clear();
            }
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
}
