using Dashboard.Storage.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.RunPages;

/// <summary>A run's log as it grows. Only the newest lines are held.</summary>
public sealed partial class RunLogView : ComponentBase, IAsyncDisposable
{
    private const int Most = 2000;

    private readonly List<LogItem> lines = [];
    private ElementReference box;
    private IJSObjectReference? module;
    private (long Run, int Version)? loaded;
    private bool follow = true;
    private bool grown;

    [Parameter, EditorRequired]
    public required RunView View { get; set; }

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (module is not null)
            {
                await module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser went first.
        }
    }

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
            module ??= await Script.InvokeAsync<IJSObjectReference>("import", "./js/scroll.js");
            await module.InvokeVoidAsync("toEnd", box);
        }
    }

    private void FollowAsync(bool on) => (follow, grown) = (on, on);
}
