using Dashboard.Storage;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Storage.Workers;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using WorkerState = Dashboard.Storage.Workers.WorkerState;

namespace Dashboard.Web.Activity;

/// <summary>The team's present: what runs, waits and ended, what was drawn, who works. Follows every run.</summary>
public sealed partial class ActivityPage : ComponentBase, IDisposable
{
    private const int Newest = 20;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);

    // Workers come and go without a word in the feed.
    private static readonly TimeSpan WorkerPace = TimeSpan.FromSeconds(10);

    private ActivitySnapshot? snapshot;
    private IReadOnlyList<ImageItem> newest = [];
    private bool hasDataset;
    private IDisposable? subscription;
    private Throttle? throttle;
    private ITimer? timer;

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private GalleryQueries Gallery { get; set; } = default!;

    [Inject]
    private IDbContextFactory<DashboardContext> Contexts { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private ILogger<ActivityPage> Logger { get; set; } = default!;

    private bool IsNew => snapshot is { Running.Count: 0, Waiting.Count: 0, Recent.Count: 0 };

    private string? Subtitle => snapshot is null || IsNew
        ? null
        : $"{snapshot.Running.Count} running, {snapshot.Waiting.Count} waiting, {snapshot.Workers.Count(w => w.State == WorkerState.Alive)} {(snapshot.Workers.Count(w => w.State == WorkerState.Alive) == 1 ? "worker" : "workers")} alive.";

    public void Dispose()
    {
        subscription?.Dispose();
        throttle?.Dispose();
        timer?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        await ReadAsync();
        throttle = new Throttle(Pace, RefreshAsync, Clock);
        subscription = Feed.Subscribe(null, _ => throttle.Ask());
        timer = Clock.CreateTimer(_ => throttle.Ask(), null, WorkerPace, WorkerPace);
    }

    private async Task RefreshAsync()
    {
        try
        {
            await InvokeAsync(async () =>
            {
                await ReadAsync();
                StateHasChanged();
            });
        }
        catch (Npgsql.NpgsqlException failure)
        {
            // The next notification or tick reads again.
            Logger.LogWarning("Activity can't be read at the moment ({Reason})", failure.Message);
        }
    }

    private async Task ReadAsync()
    {
        snapshot = await Runs.ActivityAsync();
        newest = (await Gallery.ListAsync(new ImageFilter(Limit: Newest))).Items;
        if (IsNew)
        {
            await using var db = await Contexts.CreateDbContextAsync();
            hasDataset = await db.Datasets.AnyAsync(d => d.State == DatasetState.Ready);
        }
    }
}
