using System.Collections.Concurrent;
using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs.Feed;
using Microsoft.Extensions.Logging;

namespace Dashboard.Worker.Serving;

/// <summary>
/// Watches over a run in a child: holds its lease while the child lives, passes on what people ask, kills a child that does not
/// obey in time, and records the end of a run whose child died. A child that hangs in native code keeps its run until a person
/// cancels it, because from outside it looks like one that computes for long.
/// </summary>
internal sealed class RunSupervisor(RunLeases leases, RunFeed feed, ILogger<RunSupervisor> log)
{
    /// <summary>Together with what comes before and after, a cancel takes less than two seconds.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromMilliseconds(1400);

    private static readonly TimeSpan PauseGrace = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>A child that has reported nothing for this long since it was told its run starts slowly.</summary>
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ClaimedRun, byte> supervised = new();

    /// <summary>Runs that are supervised at the moment.</summary>
    public IReadOnlyCollection<long> Supervised => [.. supervised.Keys.Select(run => run.Id)];

    /// <summary>
    /// Hands a run to a child; ends when the run does, or when it is given back because <paramref name="stop"/> was signalled.
    /// </summary>
    public async Task SuperviseAsync(ClaimedRun run, ChildProcess child, CancellationToken stop)
    {
        supervised.TryAdd(run, 0);
        using var over = new CancellationTokenSource();
        var lease = HoldLeaseAsync(run, over.Token);
        try
        {
            var command = await CommandAsync(run, child, stop);
            // Also when the worker stops: no run may be left with nobody working on it.
            await SettleAsync(run, child, command);
        }
        finally
        {
            await over.CancelAsync();
            await lease;
            supervised.TryRemove(run, out _);
        }
    }

    /// <summary>Passes on what the run is told until the child is through with it.</summary>
    /// <returns>The last command that the child was given.</returns>
    private async Task<RunCommand> CommandAsync(ClaimedRun run, ChildProcess child, CancellationToken stop)
    {
        var ended = child.RunAsync(run);
        using var woken = new SemaphoreSlim(0, 1);
        using var subscription = feed.Subscribe(run.Id, _ => Wake(woken));
        await using var stopping = stop.Register(() => Wake(woken));
        var command = RunCommand.None;
        var sinceCommand = Stopwatch.StartNew();
        while (!ended.IsCompleted)
        {
            var asked = stop.IsCancellationRequested ? RunCommand.Leave : await AskedAsync(run);
            if (asked > command)
            {
                command = asked;
                sinceCommand.Restart();
                child.Tell(command);
            }

            if (command != RunCommand.None && sinceCommand.Elapsed > Grace(command))
            {
                log.LogWarning("Run {Run} did not obey {Command} in time; killing process {Process}", run.Id, command, child.Id);
                child.Kill();
                await child.Exited;
                break;
            }

            var pause = command == RunCommand.None ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(50);
            await Task.WhenAny(ended, woken.WaitAsync(pause, CancellationToken.None));
        }

        return command;
    }

    /// <summary>The child can't hold it: on a busy machine it may take longer than a lease to say its first word.</summary>
    private async Task HoldLeaseAsync(ClaimedRun run, CancellationToken over)
    {
        var sinceStart = Stopwatch.StartNew();
        var slowTold = false;
        while (!over.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(leases.Lease / 5, over);
                await leases.RenewAsync(run.Id, run.Attempt, over);
                if (!slowTold && sinceStart.Elapsed > SlowStart)
                {
                    await leases.TellSlowStartAsync(run.Id, run.Attempt, over);
                    slowTold = true;
                }
            }
            catch (Exception) when (over.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                log.LogWarning("The lease of run {Run} was not renewed ({Reason}); it is tried again", run.Id, failure.Message);
            }
        }
    }

    private static void Wake(SemaphoreSlim woken)
    {
        try
        {
            woken.Release();
        }
        catch (Exception settled) when (settled is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake already, or the run has ended.
        }
    }

    private static TimeSpan Grace(RunCommand command) => command switch
    {
        RunCommand.Cancel => CancelGrace,
        RunCommand.Pause => PauseGrace,
        _ => ServeVerb.LeaveGrace,
    };

    private async Task<RunCommand> AskedAsync(ClaimedRun run)
    {
        try
        {
            // A run that is no longer ours is canceled here: nothing that the child makes is kept.
            return await leases.RequestAsync(run.Id, run.Attempt) ?? RunCommand.Cancel;
        }
        catch (Exception away) when (WhilePostgresIsAway.IsAway(away))
        {
            return RunCommand.None;
        }
    }

    /// <summary>A child that ends in order has recorded the run's end itself; this is for one that did not.</summary>
    private Task SettleAsync(ClaimedRun run, ChildProcess child, RunCommand command) => WhilePostgresIsAway.RetryAsync(
        async () =>
        {
            if (await leases.RequestAsync(run.Id, run.Attempt) is { } asked)
            {
                await RecordEndAsync(run, child, asked == RunCommand.Cancel ? RunCommand.Cancel : command);
            }
        },
        Patience);

    private async Task RecordEndAsync(ClaimedRun run, ChildProcess child, RunCommand command)
    {
        switch (command)
        {
            case RunCommand.Cancel:
                await leases.FinishAsync(run.Id, run.Attempt, RunState.Canceled);
                return;
            case RunCommand.Pause:
                await leases.FinishAsync(run.Id, run.Attempt, RunState.Paused);
                return;
            case RunCommand.Leave:
                await leases.HandBackAsync(run.Id, run.Attempt);
                return;
        }

        var failure = child.Exited.IsCompleted
            ? ChildFailure.Of(await child.Exited)
            : new ChildFailure("The process ended the run without a reason.", Final: false);
        log.LogWarning("Run {Run}, attempt {Attempt}: {Reason}", run.Id, run.Attempt, failure.Reason);
        if (failure.Final)
        {
            await leases.FailAsync(run.Id, run.Attempt, failure.Message, failure.Detail);
        }
        else
        {
            await leases.CrashedAsync(run.Id, run.Attempt, failure.Reason, failure.Detail);
        }
    }
}
