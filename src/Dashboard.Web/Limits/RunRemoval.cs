using Dashboard.Storage.Runs.Curation;

namespace Dashboard.Web.Limits;

/// <summary>Removes deleted runs for good when their grace time is over.</summary>
public sealed class RunRemoval(RunDeletion deletion, TimeProvider clock, ILogger<RunRemoval> log) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the start of the host.
        await Task.Yield();
        using var timer = new PeriodicTimer(Pace, clock);
        try
        {
            do
            {
                await RemoveAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private async Task RemoveAsync(CancellationToken stop)
    {
        try
        {
            if (await deletion.RemoveAsync(stop) is > 0 and var removed)
            {
                log.LogInformation("{Count} deleted runs were removed for good", removed);
            }
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            // Postgres may be away, or a file held: the next round tries again.
            log.LogWarning("Deleted runs could not be removed ({Reason})", failure.Message);
        }
    }
}
