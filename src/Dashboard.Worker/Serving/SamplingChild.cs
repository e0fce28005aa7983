using System.Globalization;
using Dashboard.Storage.Queue;

namespace Dashboard.Worker.Serving;

/// <summary>One child for all sampling runs, kept warm with its checkpoints loaded, gone after some idle minutes or an error.</summary>
internal sealed class SamplingChild(WorkerSettings settings, RunSupervisor supervisor) : IAsyncDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim gate = new(1);
    private ChildProcess? child;
    private Timer? idleTimer;

    /// <summary>Has the child draw a run, and ends when that is done.</summary>
    public async Task DrawAsync(ClaimedRun run, CancellationToken stop)
    {
        await gate.WaitAsync(CancellationToken.None);
        try
        {
            await StopTimerAsync();
            if (child is null || child.Exited.IsCompleted)
            {
                await RetireAsync();
                child = ChildProcess.Start(["execute", "--warm"], settings, background: false);
            }

            child.Say(string.Create(CultureInfo.InvariantCulture, $"run {run.Id} {run.Attempt}"));
            await supervisor.SuperviseAsync(run, child, EndedAsync(child, run), stop);
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

    private static async Task EndedAsync(ChildProcess child, ClaimedRun run)
    {
        var word = string.Create(CultureInfo.InvariantCulture, $"ended {run.Id} {run.Attempt}");
        await foreach (var line in child.Output.ReadAllAsync())
        {
            if (line == word)
            {
                return;
            }
        }

        await child.Exited;
    }

    private async Task RetireWhenIdleAsync()
    {
        // Somebody draws: not idle.
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
            child.CloseInput();
            await Task.WhenAny(child.Exited, Task.Delay(TimeSpan.FromSeconds(2)));
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
