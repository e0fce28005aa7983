using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Worker.Serving;

/// <summary>Watches over a run in a child: hands people's wishes to it, insists after a while, and settles what a dead child left open.</summary>
internal sealed class RunSupervisor(RunLeases leases, RunFeed feed, ILogger<RunSupervisor> log)
{
    /// <summary>With what comes before and after, a cancel stays within two seconds.</summary>
    private static readonly TimeSpan CancelGrace = TimeSpan.FromMilliseconds(1400);

    private static readonly TimeSpan PauseGrace = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private enum Wish
    {
        None,
        Pause,
        Cancel,

        /// <summary>The worker stops.</summary>
        Leave,
    }

    /// <summary>Ends when the run does, or is handed back because <paramref name="stop"/> was signalled.</summary>
    /// <param name="ended">Ends when the child is through with the run.</param>
    public async Task SuperviseAsync(ClaimedRun run, ChildProcess child, Task ended, CancellationToken stop)
    {
        using var woken = new SemaphoreSlim(0, 1);
        using var subscription = feed.Subscribe(run.Id, _ => Wake(woken));
        await using var stopping = stop.Register(() => Wake(woken));
        var wish = Wish.None;
        var sinceWish = Stopwatch.StartNew();
        while (!ended.IsCompleted)
        {
            var wanted = stop.IsCancellationRequested ? Wish.Leave : await WishAsync(run);
            if (wanted > wish)
            {
                wish = wanted;
                sinceWish.Restart();
                Tell(child, wish);
            }

            if (wish != Wish.None && sinceWish.Elapsed > Grace(wish))
            {
                log.LogWarning("Run {Run} did not {Wish} in time; its process {Process} is killed", run.Id, wish, child.Id);
                child.Kill();
                await child.Exited;
                break;
            }

            var pause = wish == Wish.None ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(50);
            await Task.WhenAny(ended, woken.WaitAsync(pause, CancellationToken.None));
        }

        // Also when the worker stops: a run must not be left in the air.
        await SettleAsync(run, child, wish, CancellationToken.None);
    }

    private static void Wake(SemaphoreSlim woken)
    {
        try
        {
            woken.Release();
        }
        catch (Exception settled) when (settled is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake, or the run has ended.
        }
    }

    private static TimeSpan Grace(Wish wish) => wish switch
    {
        Wish.Cancel => CancelGrace,
        Wish.Pause => PauseGrace,
        _ => ServeVerb.LeaveGrace,
    };

    private static void Tell(ChildProcess child, Wish wish)
    {
        switch (wish)
        {
            case Wish.Cancel:
                child.Say("cancel");
                break;
            case Wish.Pause:
                child.Say("pause");
                break;
            default:
                child.CloseInput();
                break;
        }
    }

    private async Task<Wish> WishAsync(ClaimedRun run)
    {
        try
        {
            return await leases.RequestAsync(run.Id, run.Attempt) switch
            {
                RunRequest.None => Wish.None,
                RunRequest.Pause => Wish.Pause,
                // Asked to cancel; or the run is not ours any more, so that what the child does is in vain.
                _ => Wish.Cancel,
            };
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException)
        {
            return Wish.None;
        }
    }

    /// <summary>A child that ends in order has recorded the run's end itself; this is for one that did not.</summary>
    private async Task SettleAsync(ClaimedRun run, ChildProcess child, Wish wish, CancellationToken stop)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                if (await leases.RequestAsync(run.Id, run.Attempt, stop) is { } request)
                {
                    await RecordEndAsync(run, child, request == RunRequest.Cancel ? Wish.Cancel : wish, stop);
                }

                return;
            }
            catch (Exception away) when (away is NpgsqlException or TimeoutException && waited.Elapsed < Patience)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            }
        }
    }

    private async Task RecordEndAsync(ClaimedRun run, ChildProcess child, Wish wish, CancellationToken stop)
    {
        switch (wish)
        {
            case Wish.Cancel:
                await leases.FinishAsync(run.Id, run.Attempt, RunState.Canceled, stop: stop);
                return;
            case Wish.Pause:
                await leases.FinishAsync(run.Id, run.Attempt, RunState.Paused, stop: stop);
                return;
            case Wish.Leave:
                await leases.HandBackAsync(run.Id, run.Attempt, stop);
                return;
        }

        var verdict = child.Exited.IsCompleted ? Verdict.Of(await child.Exited) : new Verdict("its process ended it without a word", false);
        log.LogWarning("Run {Run}, attempt {Attempt}: {Reason}", run.Id, run.Attempt, verdict.Reason);
        if (verdict.Final)
        {
            await leases.FinishAsync(run.Id, run.Attempt, RunState.Failed, Sentence(verdict.Reason), stop);
        }
        else
        {
            await leases.CrashedAsync(run.Id, run.Attempt, verdict.Reason, stop);
        }
    }

    private static string Sentence(string text) => string.Concat(char.ToUpperInvariant(text[0]).ToString(), text.AsSpan(1), ".");
}
