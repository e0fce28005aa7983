using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Web.Charts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.NewRun;

/// <summary>Curves of a noise schedule and a real image under it.</summary>
public sealed partial class ScheduleFigure : ComponentBase, IAsyncDisposable
{
    private const int Pictures = 8;

    private ElementReference strip;
    private IReadOnlyList<Curve> rates = [];
    private IReadOnlyList<Curve> snr = [];
    private ScheduleSpec? shown;
    private (string Image, ScheduleSpec Schedule, int Size)? drawn;
    private JsModule module = default!;

    [Parameter, EditorRequired]
    public required ScheduleSpec Schedule { get; set; }

    /// <summary>Address of an image of the data set.</summary>
    [Parameter]
    public string? Image { get; set; }

    /// <summary>Side at which the network would see it, pixels.</summary>
    [Parameter]
    public int ImageSize { get; set; } = 64;

    [Inject]
    public required IJSRuntime Script { get; set; }

    public ValueTask DisposeAsync() => module.DisposeAsync();

    protected override void OnInitialized() => module = new JsModule(Script, "noising");

    protected override void OnParametersSet()
    {
        if (shown == Schedule)
        {
            return;
        }

        shown = Schedule;
        var schedule = NoiseSchedule.From(Schedule);
        rates =
        [
            ScheduleCurves.SignalRate(schedule, "signal rate", "primary"),
            ScheduleCurves.NoiseRate(schedule, "noise rate", "secondary"),
        ];
        snr = [ScheduleCurves.LogSnr(schedule, "log-SNR", "tertiary")];
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Image is null || drawn == (Image, Schedule, ImageSize))
        {
            return;
        }

        drawn = (Image, Schedule, ImageSize);
        var schedule = NoiseSchedule.From(Schedule);
        double[] times = [.. Enumerable.Range(0, Pictures).Select(i => (double)i / (Pictures - 1))];
        await module.InvokeVoidAsync(
            "draw",
            strip,
            Image,
            Math.Clamp(ImageSize, 8, 128),
            times.Select(t => new { time = t, signal = schedule.SignalRate(t), noise = schedule.NoiseRate(t) }));
    }
}
