using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Accounts;
using Dashboard.Web.Charts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Dashboard.Web.RunPages;

/// <summary>One run, live. What is open stands in the address; the rest comes from the database and the feed.</summary>
public sealed partial class RunPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private static readonly (string Id, string Title)[] TrainingTabs =
        [
            ("charts", "Charts"), ("samples", "Samples"), ("denoise", "Denoise"), ("checkpoints", "Checkpoints"), ("log", "Log"),
            ("spec", "Spec"),
        ];

    private static readonly (string Id, string Title)[] ImportTabs =
        [("samples", "Samples"), ("denoise", "Denoise"), ("checkpoints", "Checkpoint"), ("log", "Log"), ("spec", "Spec")];

    private static readonly (string Id, string Title)[] SamplingTabs =
        [("samples", "Images"), ("denoise", "Denoise"), ("log", "Log"), ("spec", "Spec")];

    private readonly Lock gate = new();
    private List<RunMessage> arrived = [];
    private CancellationTokenSource? following;
    private Throttle? throttle;
    private RunView? view;
    private RunCharts? charts;
    private long? shown;
    private int generation;
    private bool missing;
    private DeletedRun? deleted;
    private bool mayRestore;

    [Parameter]
    public long Id { get; set; }

    [SupplyParameterFromQuery]
    public string? Tab { get; set; }

    /// <summary>Of samples and frames; the newest where it is left out.</summary>
    [SupplyParameterFromQuery]
    public int? Epoch { get; set; }

    /// <summary>Evaluation whose frame is shown.</summary>
    [SupplyParameterFromQuery]
    public int? Frame { get; set; }

    /// <summary>Of the log's lines, and above; all where it is left out.</summary>
    [SupplyParameterFromQuery]
    public string? Level { get; set; }

    /// <summary>What the charts' x axis counts.</summary>
    [SupplyParameterFromQuery]
    public string? X { get; set; }

    /// <summary>Plain instead of logarithmic y axes.</summary>
    [SupplyParameterFromQuery]
    public bool Linear { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required RunDeletion Deletion { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required RunFeed Feed { get; set; }

    [Inject]
    public required TimeProvider Clock { get; set; }

    [Inject]
    public required ILogger<RunPage> Logger { get; set; }

    private (string Id, string Title)[] Tabs => view!.Run.Kind switch
    {
        RunKind.Training => TrainingTabs,
        RunKind.Import => ImportTabs,
        _ => SamplingTabs,
    };

    private string Current => Tabs.Any(t => t.Id == Tab) ? Tab! : Tabs[0].Id;

    public void Dispose()
    {
        following?.Cancel();
        following?.Dispose();
        throttle?.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (shown == Id)
        {
            return;
        }

        shown = Id;
        await LoadAsync();
    }

    private string AddressOf(string tab) => Addresses.Run(Id, tab == Tabs[0].Id ? null : tab);

    private async Task LoadAsync()
    {
        Dispose();
        following = new CancellationTokenSource();
        throttle = new Throttle(Pace, () => InvokeAsync(ShowArrivedAsync), Clock);
        lock (gate)
        {
            arrived = [];
        }

        var run = await Runs.GetAsync(Id);
        missing = run is null;
        deleted = run is null ? await Deletion.FindAsync(Id) : null;
        mayRestore = deleted is not null && (await PersonAsync()).MayChange(deleted.OwnerId);
        view = run is null ? null : new RunView(run);
        generation++;
        if (run is not null)
        {
            _ = FollowAsync(run, throttle, following.Token);
        }
    }

    private static string DeletedText(DeletedRun run) =>
        $"{run.DeletedBy} deleted run {run.Id}. Its owner or an admin can restore it until {Format.Moment(run.RemovedAt)}.";

    private async Task RestoreAsync()
    {
        var outcome = await Gate.DoAsync(person => Deletion.RestoreAsync(Id, person));
        if (outcome is { IsDone: false })
        {
            Snackbar.Add($"Not possible: {outcome.Reason}.", Severity.Warning);
        }

        await LoadAsync();
    }

    private async Task<Person> PersonAsync() => (await Authentication).User.ToPerson();

    private async Task FollowAsync(RunItem run, Throttle pace, CancellationToken stop)
    {
        try
        {
            await foreach (var message in Feed.WatchAsync(run.Id, run.Sequence, stop))
            {
                lock (gate)
                {
                    arrived.Add(message);
                }

                pace.Ask();
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone, or shows another run.
        }
        catch (Exception failure)
        {
            Logger.LogError(failure, "The page of run {Run} can't follow it", run.Id);
        }
    }

    private async Task ShowArrivedAsync()
    {
        List<RunMessage> messages;
        lock (gate)
        {
            (messages, arrived) = (arrived, []);
        }

        if (view is null || messages.Count == 0 || following is not { IsCancellationRequested: false })
        {
            return;
        }

        var points = new List<ChartPoint>();
        foreach (var message in messages)
        {
            if (!view.Apply(message, points))
            {
                await LoadAsync();
                StateHasChanged();
                return;
            }
        }

        StateHasChanged();
        if (Current == "charts" && charts is not null && points.Count > 0)
        {
            await charts.AppendAsync(points);
        }
    }
}
