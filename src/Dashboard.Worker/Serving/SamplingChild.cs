using Dashboard.Storage.Queue;
using Dashboard.Worker.Arithmetic;

namespace Dashboard.Worker.Serving;

/// <summary>
/// One child for all sampling runs. It keeps checkpoints loaded, and ends after an error or some idle minutes.
/// </summary>
internal sealed class SamplingChild(WorkerArithmetic arithmetic, RunSupervisor supervisor) : IAsyncDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim gate = new(1);
    private ChildProcess? child;
    private Timer? idleTimer;

    /// <summary>Has the child draw a run; ends when the run does.</summary>
    public async Task DrawAsync(ClaimedRun run, CancellationToken stop)
    {
        await gate.WaitAsync(CancellationToken.None);
        try
        {
            await StopTimerAsync();
            if (child is null || child.Exited.IsCompleted)
            {
                await RetireAsync();
                child = ChildProcess.Start(
                    ["execute", TicketOffice.SamplingQueue], await arithmetic.ChildEnvironmentAsync(stop), background: false);
            }

            await supervisor.SuperviseAsync(run, child, stop);
            idleTimer = new Timer(_ => _ = RetireWhenIdleAsync(), null, Idle, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopTimerAsync();
        await RetireAsync();
        gate.Dispose();
    }

    private async Task RetireWhenIdleAsync()
    {
        // A run is being drawn.
        if (!await gate.WaitAsync(0))
        {
            return;
        }

        try
        {
            await RetireAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task RetireAsync()
    {
        if (child is not null)
        {
            await child.DisposeAsync();
            child = null;
        }
    }

    private async Task StopTimerAsync()
    {
        if (idleTimer is not null)
        {
            await idleTimer.DisposeAsync();
            idleTimer = null;
        }
    }
}
