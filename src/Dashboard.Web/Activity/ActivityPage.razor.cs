using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Storage.Workers;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using WorkerState = Dashboard.Storage.Workers.WorkerState;

namespace Dashboard.Web.Activity;

/// <summary>What runs, waits and has ended, the newest samples, and the workers. Follows every run.</summary>
public sealed partial class ActivityPage : ComponentBase, IDisposable
{
    private const int Newest = 20;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);

    // No feed reports that a worker came or went.
    private static readonly TimeSpan WorkerPace = TimeSpan.FromSeconds(10);

    private LiveQuery<Present> live = default!;

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required GalleryQueries Gallery { get; set; }

    [Inject]
    public required DatasetQueries Datasets { get; set; }

    [Inject]
    public required RunFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    public void Dispose() => live.Dispose();

    protected override Task OnInitializedAsync()
    {
        live = Live.Create(ReadAsync, InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe).Every(WorkerPace);
        return live.ReadAsync();
    }

    private static int Alive(ActivitySnapshot snapshot) => snapshot.Workers.Count(w => w.State == WorkerState.Alive);

    private static string? Subtitle(Present? present) => present is null or { IsNew: true }
        ? null
        : $"{present.Snapshot.Running.Count} running, {Queued(present.Snapshot)} waiting, "
            + (present.Snapshot.Waiting.Count - Queued(present.Snapshot) is > 0 and var paused ? $"{paused} paused, " : "")
            + $"{Format.Count(Alive(present.Snapshot), "worker")} alive.";

    /// <summary>A paused run waits for nobody but its owner.</summary>
    private static int Queued(ActivitySnapshot snapshot) => snapshot.Waiting.Count(run => run.State == RunState.Queued);

    private static string Advice(ActivitySnapshot snapshot) => Queued(snapshot) > 0 && Alive(snapshot) == 0
        ? "Runs are waiting, but no worker is alive. The Workers page says how to start one."
        : "Queue a run and a worker takes it at once.";

    private async Task<Present> ReadAsync()
    {
        var snapshot = await Runs.ActivityAsync();
        var newest = (await Gallery.ListAsync(new ImageFilter(Limit: Newest))).Items;
        var isNew = snapshot is { Running.Count: 0, Waiting.Count: 0, Recent.Count: 0 };
        var hasDataset = isNew && (await Datasets.ListAsync()).Any(d => d.State == DatasetState.Ready);
        return new Present(snapshot, newest, isNew, hasDataset);
    }

    /// <param name="IsNew">Nothing was ever queued, so the first steps are shown.</param>
    /// <param name="HasDataset">Only known for a new dashboard.</param>
    private sealed record Present(ActivitySnapshot Snapshot, IReadOnlyList<ImageItem> Newest, bool IsNew, bool HasDataset);
}
