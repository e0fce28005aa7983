using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Shared;

/// <summary>Shows on every page what is running, and how far it is.</summary>
public sealed partial class RunningNow : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly RunState[] Running = [RunState.Running, RunState.Pausing];

    private LiveQuery<Page<RunItem>> live = default!;

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required RunFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required PresentRun Present { get; set; }

    public void Dispose() => live.Dispose();

    protected override void OnInitialized() => live = Live.Create(ReadAsync, InvokeAsync, Show, Pace).On(Feed.Subscribe).Soon();

    private Task<Page<RunItem>> ReadAsync() => Runs.ListAsync(new RunFilter(Running, Sort: RunSort.Oldest, Limit: 10));

    private void Show()
    {
        var running = live.Value!.Items;
        var first = running.Count > 0 ? running[0] : null;
        Present.Set(first?.Id, first?.Name, first is null ? null : Format.Percent(first.Progress.Fraction), running.Count - 1);
        StateHasChanged();
    }
}
