using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;
using Dashboard.Testing;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Tests;

public sealed class QueueTests(PostgresFixture postgres) : StorageTest(postgres)
{
    /// <summary>The tests' Postgres has only just started.</summary>
    private RunLeases WithoutRecovery => new(Source, Get<IDbContextFactory<DashboardContext>>()) { Recovery = TimeSpan.Zero };

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
            CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON runs DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION refuse();
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
        var leases = WithoutRecovery;
        var dead = await EnqueueAsync();
        await EnqueueAsync();
        for (var crash = 1; crash <= 3; crash++)
        {
            var claim = await leases.ClaimAsync(RunKind.Training, worker, Stop);
            Assert.Equal((dead, crash), (claim!.Id, claim.Attempt));
            Assert.Empty(await leases.ReclaimDeadAsync([], Stop));
            await LetLeaseEndAsync(dead);

            Assert.Equal([dead], await leases.ReclaimDeadAsync([], Stop));
            Assert.False(await leases.FinishAsync(dead, claim.Attempt, RunState.Succeeded, stop: Stop));
        }

        var run = await RunAsync(dead);
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("The worker stopped responding. This happened 3 times in a row", run.Error, StringComparison.Ordinal);
        Assert.Equal(4, await TicketsAsync());
    }

    [Fact]
    public async Task A_renewed_lease_keeps_the_run_and_only_its_own_attempt_renews_it()
    {
        var worker = await WorkerAsync();
        var leases = WithoutRecovery;
        var id = await EnqueueAsync();
        var first = await leases.ClaimAsync(RunKind.Training, worker, Stop);
        await LetLeaseEndAsync(id);

        Assert.True(await leases.RenewAsync(id, first!.Attempt, Stop));
        Assert.Empty(await leases.ReclaimDeadAsync([], Stop));

        await LetLeaseEndAsync(id);
        Assert.Equal([id], await leases.ReclaimDeadAsync([], Stop));
        await leases.ClaimAsync(RunKind.Training, worker, Stop);
        await LetLeaseEndAsync(id);
        Assert.False(await leases.RenewAsync(id, first.Attempt, Stop));
        Assert.Equal([id], await leases.ReclaimDeadAsync([], Stop));
    }

    [Fact]
    public async Task A_worker_does_not_take_back_a_run_that_it_works_on_itself()
    {
        var leases = WithoutRecovery;
        var id = await EnqueueAsync();
        await leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop);
        await LetLeaseEndAsync(id);

        Assert.Empty(await leases.ReclaimDeadAsync([id], Stop));
        Assert.Equal((RunState.Running, 0), ((await RunAsync(id)).State, (await RunAsync(id)).Crashes));
        Assert.Equal([id], await leases.ReclaimDeadAsync([], Stop));
    }

    [Fact]
    public async Task Soon_after_Postgres_started_nothing_is_taken_back()
    {
        var leases = new RunLeases(Source, Get<IDbContextFactory<DashboardContext>>()) { Recovery = TimeSpan.FromHours(1) };
        var id = await EnqueueAsync();
        await leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop);
        await LetLeaseEndAsync(id);

        Assert.Empty(await leases.ReclaimDeadAsync([], Stop));
    }

    [Fact]
    public async Task A_slow_start_is_told_until_the_run_reports_something()
    {
        var id = await EnqueueAsync();
        var claim = await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop);

        await Leases.TellSlowStartAsync(id, claim!.Attempt, Stop);
        Assert.Equal("starting slowly: the machine may be busy", (await RunAsync(id)).Phase);

        await ExecuteAsync($"UPDATE runs SET phase = 'starting', reported = 1 WHERE id = {id}");
        await Leases.TellSlowStartAsync(id, claim.Attempt, Stop);
        Assert.Equal("starting", (await RunAsync(id)).Phase);
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
    public async Task An_attempt_that_lost_its_run_does_not_choose_its_checkpoint()
    {
        var trained = await EnqueueAsync();
        await ExecuteAsync(
            $"""
            INSERT INTO checkpoints (run_id, sequence, kind, step, epoch, images_seen, path, sha256, bytes, created_at)
            VALUES ({trained}, 1, 'Best', 1, 1, 1, 'best', '', 1, now())
            """);
        var number = await ScalarAsync<long>("SELECT id FROM checkpoints");
        var checkpoint = await Get<Runs.RunQueries>().CheckpointAsync(number, Stop);
        var id = await EnqueueAsync(kind: RunKind.Sampling);
        var worker = await WorkerAsync();
        var stale = await Leases.ClaimAsync(RunKind.Sampling, worker, Stop);
        Assert.True(await Leases.HandBackAsync(id, stale!.Attempt, Stop));
        var claim = await Leases.ClaimAsync(RunKind.Sampling, worker, Stop);

        await Leases.SetCheckpointAsync(id, stale.Attempt, checkpoint!, Stop);
        Assert.Null((await RunAsync(id)).CheckpointId);
        await Leases.SetCheckpointAsync(id, claim!.Attempt, checkpoint!, Stop);
        Assert.Equal(checkpoint!.Id, (await RunAsync(id)).CheckpointId);
    }

    [Fact]
    public async Task A_lost_ticket_is_replaced()
    {
        await EnqueueAsync();
        await ExecuteAsync("DELETE FROM hangfire.jobqueue");

        await Leases.ReclaimDeadAsync([], Stop);
        await Leases.ReclaimDeadAsync([], Stop);

        Assert.Equal(1, await TicketsAsync());
    }

    private Task LetLeaseEndAsync(long id) =>
        ExecuteAsync($"UPDATE runs SET heartbeat_at = now() - interval '20 s' WHERE id = {id}");
}
