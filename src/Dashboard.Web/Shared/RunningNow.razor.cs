using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Shared;

/// <summary>Tells on every page that something runs, and how far it is.</summary>
public sealed partial class RunningNow : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly RunState[] Running = [RunState.Running, RunState.Pausing];

    private IDisposable? subscription;
    private Throttle? throttle;

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private PresentRun Present { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private ILogger<RunningNow> Logger { get; set; } = default!;

    public void Dispose()
    {
        subscription?.Dispose();
        throttle?.Dispose();
    }

    protected override void OnInitialized()
    {
        throttle = new Throttle(Pace, ReadAsync, Clock);
        subscription = Feed.Subscribe(null, _ => throttle.Ask());
        throttle.Ask();
    }

    private async Task ReadAsync()
    {
        try
        {
            var running = await Runs.ListAsync(new RunFilter(Running, Sort: RunSort.Oldest, Limit: 10));
            await InvokeAsync(() =>
            {
                var first = running.Items is [var run, ..] ? run : null;
                Present.Set(first?.Id, first?.Name, first is null ? null : Format.Percent(first.Progress.Fraction), running.Items.Count - 1);
                StateHasChanged();
            });
        }
        catch (Npgsql.NpgsqlException failure)
        {
            Logger.LogWarning("What runs can't be read at the moment ({Reason})", failure.Message);
        }
    }
}
