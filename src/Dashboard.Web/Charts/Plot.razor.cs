using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Charts;

/// <param name="Tone">A colour of the theme: primary, secondary, tertiary or muted.</param>
public sealed record Curve(string Label, string Tone, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>Curves that are known whole, such as a noise schedule's.</summary>
public sealed partial class Plot : ComponentBase, IAsyncDisposable
{
    private ElementReference element;
    private JsModule module = default!;
    private IJSObjectReference? plot;
    private IReadOnlyList<Curve>? shown;
    private bool shownDark;

    [Parameter, EditorRequired]
    public required IReadOnlyList<Curve> Curves { get; set; }

    [Parameter, EditorRequired]
    public required string Label { get; set; }

    [Parameter]
    public string? XTitle { get; set; }

    [Parameter]
    public int Height { get; set; } = 220;

    [CascadingParameter(Name = "Dark")]
    public bool Dark { get; set; }

    [Inject]
    public required IJSRuntime Script { get; set; }

    public async ValueTask DisposeAsync()
    {
        await plot.ReleaseAsync("dispose");
        await module.DisposeAsync();
    }

    protected override void OnInitialized() => module = new JsModule(Script, "charts");

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            (shown, shownDark) = (Curves, Dark);
            plot = await module.InvokeAsync<IJSObjectReference>("linePlot", element, Options);
        }
        else if (plot is not null && (shown != Curves || shownDark != Dark))
        {
            (shown, shownDark) = (Curves, Dark);
            await plot.InvokeVoidAsync("show", Options);
        }
    }

    private object Options => new { curves = Curves, xTitle = XTitle };
}
