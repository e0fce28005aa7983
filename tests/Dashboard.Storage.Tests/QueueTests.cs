using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;
using Dashboard.Testing;

namespace Dashboard.Storage.Tests;

public sealed class QueueTests(PostgresFixture postgres) : StorageTest(postgres)
{
    [Fact]
    public async Task A_run_and_its_ticket_are_committed_together()
    {
        var id = await EnqueueAsync();

        Assert.Equal(RunState.Queued, (await RunAsync(id)).State);
        Assert.Equal(1, await TicketsAsync());
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM hangfire.job WHERE statename = 'Enqueued'"));
    }

    [Fact]
    public async Task A_failure_after_the_ticket_leaves_neither_run_nor_ticket()
    {
        // Deferred: the trigger fires at commit, when row and ticket are both written.
        await ExecuteAsync(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
            CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
            """);

        await Assert.ThrowsAnyAsync<Exception>(() => EnqueueAsync());

        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM runs"));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM hangfire.job"));
        Assert.Equal(0, await TicketsAsync());
    }

    [Fact]
    public async Task Runs_are_claimed_in_the_teams_order()
    {
        var worker = await WorkerAsync();
        var (first, second, third) = (await EnqueueAsync(), await EnqueueAsync(), await EnqueueAsync());
        var sampling = await EnqueueAsync(kind: RunKind.Sampling);
        Assert.True((await Queue.MoveAsync(third, Ann, before: null, Stop)).IsDone);
        Assert.True((await Queue.MoveAsync(second, Ann, before: first, Stop)).IsDone);

        var claimed = new List<long>();
        while (await Leases.ClaimAsync(RunKind.Training, worker, Stop) is { } run)
        {
            claimed.Add(run.Id);
        }

        Assert.Equal([third, second, first], claimed);
        Assert.Equal(sampling, (await Leases.ClaimAsync(RunKind.Sampling, worker, Stop))!.Id);
    }

    [Fact]
    public async Task Two_claimers_never_get_the_same_run()
    {
        var worker = await WorkerAsync();
        for (var i = 0; i < 30; i++)
        {
            await EnqueueAsync();
        }

        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var mine = new List<long>();
            while (await Leases.ClaimAsync(RunKind.Training, worker, Stop) is { } run)
            {
                mine.Add(run.Id);
            }

            return mine;
        })));

        var all = claims.SelectMany(c => c).ToList();
        Assert.Equal(30, all.Count);
        Assert.Equal(30, all.Distinct().Count());
    }

    [Fact]
    public async Task Only_the_owner_and_admins_change_a_run()
    {
        var id = await EnqueueAsync(owner: Ann);

        Assert.Equal(QueueResult.NotAllowed, (await Queue.CancelAsync(id, Ben, Stop)).Result);
        Assert.Equal(QueueResult.NotAllowed, (await Queue.CancelAsync(id, Ann with { Role = "viewer" }, Stop)).Result);
        Assert.Equal(QueueResult.NotFound, (await Queue.CancelAsync(id + 1, Ann, Stop)).Result);
        Assert.True((await Queue.PauseAsync(id, Admin, Stop)).IsDone);
        Assert.True((await Queue.CancelAsync(id, Ann, Stop)).IsDone);
        Assert.Equal(QueueResult.NotPossible, (await Queue.CancelAsync(id, Ann, Stop)).Result);
    }

    [Fact]
    public async Task A_paused_run_is_not_claimed_until_it_is_resumed()
    {
        var worker = await WorkerAsync();
        var id = await EnqueueAsync();
        await Queue.PauseAsync(id, Ann, Stop);
        Assert.Null(await Leases.ClaimAsync(RunKind.Training, worker, Stop));

        Assert.True((await Queue.ResumeAsync(id, Ann, Stop)).IsDone);

        Assert.Equal(2, await TicketsAsync());
        Assert.Equal(id, (await Leases.ClaimAsync(RunKind.Training, worker, Stop))!.Id);
        Assert.True((await Queue.PauseAsync(id, Ann, Stop)).IsDone);
        Assert.Equal(RunState.Pausing, (await RunAsync(id)).State);
        Assert.True(await Leases.FinishAsync(id, 1, RunState.Paused, stop: Stop));
    }

    [Fact]
    public async Task A_clone_is_the_cloners_own()
    {
        var id = await EnqueueAsync(owner: Ann);
        var outcome = await Queue.CloneAsync(id, Ben, stop: Stop);

        Assert.NotEqual(id, outcome.RunId);
        Assert.Equal("ben", (await RunAsync(outcome.RunId!.Value)).OwnerId);
    }

    [Fact]
    public async Task A_run_whose_worker_is_silent_goes_first_with_a_new_ticket_and_fails_after_three_times()
    {
        var worker = await WorkerAsync();
        var dead = await EnqueueAsync();
        await EnqueueAsync();
        await WaitForServerAgeAsync();
        for (var crash = 1; crash <= 3; crash++)
        {
            var claim = await Leases.ClaimAsync(RunKind.Training, worker, Stop);
            Assert.Equal((dead, crash), (claim!.Id, claim.Attempt));
            Assert.Empty(await Leases.ReclaimDeadAsync(Stop));
            await ExecuteAsync($"UPDATE runs SET heartbeat_at = now() - interval '20 s' WHERE id = {dead}");

            Assert.Equal([dead], await Leases.ReclaimDeadAsync(Stop));
            Assert.False(await Leases.FinishAsync(dead, claim.Attempt, RunState.Succeeded, stop: Stop));
        }

        var run = await RunAsync(dead);
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("The worker stopped responding. This happened 3 times in a row", run.Error, StringComparison.Ordinal);
        Assert.Equal(4, await TicketsAsync());
    }

    [Fact]
    public async Task Out_of_order_ends_are_fenced_off()
    {
        var worker = await WorkerAsync();
        var id = await EnqueueAsync();
        var first = await Leases.ClaimAsync(RunKind.Training, worker, Stop);
        Assert.True(await Leases.HandBackAsync(id, first!.Attempt, Stop));
        var second = await Leases.ClaimAsync(RunKind.Training, worker, Stop);

        Assert.False(await Leases.FinishAsync(id, first.Attempt, RunState.Failed, "stale", Stop));
        Assert.True(await Leases.FinishAsync(id, second!.Attempt, RunState.Succeeded, stop: Stop));
        Assert.Equal(RunState.Succeeded, (await RunAsync(id)).State);
    }

    [Fact]
    public async Task A_lost_ticket_is_made_good()
    {
        await EnqueueAsync();
        await ExecuteAsync("DELETE FROM hangfire.jobqueue");

        await Leases.ReclaimDeadAsync(Stop);
        await Leases.ReclaimDeadAsync(Stop);

        Assert.Equal(1, await TicketsAsync());
    }

    /// <summary>Nothing is reclaimed in the first 22.5 s of a server's life.</summary>
    private async Task WaitForServerAgeAsync()
    {
        while (!await ScalarAsync<bool>("SELECT pg_postmaster_start_time() < now() - interval '23 s'"))
        {
            await Task.Delay(250, Stop);
        }
    }
}
