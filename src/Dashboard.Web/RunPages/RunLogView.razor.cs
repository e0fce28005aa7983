using Dashboard.Storage.Runs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.RunPages;

/// <summary>A run's log as it grows. Only the newest lines are held.</summary>
public sealed partial class RunLogView : ComponentBase, IAsyncDisposable
{
    private const int Most = 2000;

    private readonly List<LogItem> lines = [];
    private ElementReference box;
    private JsModule module = default!;
    private (long Run, int Version)? loaded;
    private bool follow = true;
    private bool grown;

    [Parameter, EditorRequired]
    public required RunView View { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required IJSRuntime Script { get; set; }

    public ValueTask DisposeAsync() => module.DisposeAsync();

    protected override void OnInitialized() => module = new JsModule(Script, "scroll");

    protected override async Task OnParametersSetAsync()
    {
        if (loaded == (View.Run.Id, View.LogVersion))
        {
            return;
        }

        loaded = (View.Run.Id, View.LogVersion);
        IReadOnlyList<LogItem> more;
        do
        {
            var after = lines.Count == 0 ? 0 : lines[^1].Sequence;
            more = await Runs.LogsAsync(View.Run.Id, after, Most);
            // Two reads can overlap while they wait for Postgres.
            var newest = lines.Count == 0 ? 0 : lines[^1].Sequence;
            lines.AddRange(more.Where(l => l.Sequence > newest));
            lines.RemoveRange(0, Math.Max(0, lines.Count - Most));
        }
        while (more.Count == Most);
        grown = true;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (grown && follow)
        {
            grown = false;
            await module.InvokeVoidAsync("toEnd", box);
        }
    }

    private void Follow(bool on) => (follow, grown) = (on, on);
}
