using System.Diagnostics;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Workers;
using Dashboard.Worker.Arithmetic;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Worker.Serving;

/// <summary>Registers the worker, keeps its heartbeat, and takes back the runs of workers that died.</summary>
internal sealed class WorkerPulse(
    WorkerDirectory directory, RunLeases leases, WorkerIdentity identity, WorkerArithmetic arithmetic, RunSupervisor supervisor,
    ImportedWeights weights, ILogger<WorkerPulse> log)
    : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the servers start, because a claimed run refers to its worker.
        var now = DateTimeOffset.UtcNow;
        await directory.RegisterAsync(
            new WorkerRow
            {
                Id = identity.Id, Name = identity.Name, Host = identity.Host, ProcessId = Environment.ProcessId,
                Device = identity.Device, StartedAt = now, HeartbeatAt = now,
            }, cancellationToken);
        log.LogInformation("Worker {Name} on {Device} takes runs", identity.Name, identity.Device);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await directory.StoppedAsync(identity.Id, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var check = arithmetic.CheckAsync(stoppingToken);
        using var timer = new PeriodicTimer(Pace);
        var sinceBeat = Stopwatch.StartNew();
        do
        {
            try
            {
                await directory.HeartbeatAsync(identity.Id, stoppingToken);
                // After a pause of the whole machine every worker's heartbeat is old; the others get a round to renew theirs.
                if (sinceBeat.Elapsed < Pace * 2)
                {
                    foreach (var run in await leases.ReclaimDeadAsync(supervisor.Supervised, stoppingToken))
                    {
                        log.LogWarning("Run {Run} was taken from a worker that stopped responding", run);
                    }
                }

                await weights.RemoveUnusedAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("No heartbeat: {Reason}", failure.Message);
            }

            sinceBeat.Restart();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask()
            .ContinueWith(tick => tick.IsCompletedSuccessfully && tick.Result, TaskScheduler.Default));
        await check;
    }
}
