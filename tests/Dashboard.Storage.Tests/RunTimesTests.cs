using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Testing;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Tests;

/// <summary>How long a run was worked on, waited and was paused.</summary>
public sealed class RunTimesTests(PostgresFixture postgres) : StorageTest(postgres)
{
    private RunLeases Patient => new(Source, Get<IDbContextFactory<DashboardContext>>()) { Recovery = TimeSpan.Zero };

    [Fact]
    public async Task Work_waiting_and_pauses_are_counted_apart()
    {
        var id = await EnqueueAsync();
        await PassAsync(id, minutes: 3);
        var first = await ClaimAsync();
        await PassAsync(id, minutes: 12, alive: true);
        Assert.True((await Queue.PauseAsync(id, Ann, Stop)).IsDone);
        await PassAsync(id, minutes: 1, alive: true);
        Assert.True(await Leases.FinishAsync(id, first.Attempt, RunState.Paused, stop: Stop));
        await PassAsync(id, minutes: 60);
        await AssertTimesAsync(id, worked: 13, waited: 3, paused: 60);

        Assert.True((await Queue.ResumeAsync(id, Ann, Stop)).IsDone);
        await PassAsync(id, minutes: 2);
        var second = await ClaimAsync();
        await PassAsync(id, minutes: 7, alive: true);
        Assert.True(await Leases.FinishAsync(id, second.Attempt, RunState.Succeeded, stop: Stop));
        await PassAsync(id, minutes: 500);
        await AssertTimesAsync(id, worked: 20, waited: 5, paused: 60);
    }

    [Fact]
    public async Task What_came_after_a_workers_last_sign_of_life_was_not_worked()
    {
        var id = await EnqueueAsync();
        await ClaimAsync();
        await PassAsync(id, minutes: 10, alive: true);
        await PassAsync(id, minutes: 600);
        await AssertTimesAsync(id, worked: 10, waited: 600, paused: 0);

        Assert.Equal([id], await Patient.ReclaimDeadAsync([], Stop));
        await AssertTimesAsync(id, worked: 10, waited: 600, paused: 0);
    }

    [Fact]
    public async Task An_attempt_that_no_longer_counts_changes_no_time()
    {
        var id = await EnqueueAsync();
        var first = await ClaimAsync();
        await PassAsync(id, minutes: 4, alive: true);
        Assert.True(await Leases.HandBackAsync(id, first.Attempt, Stop));
        await PassAsync(id, minutes: 1);
        await ClaimAsync();
        await PassAsync(id, minutes: 5, alive: true);

        Assert.False(await Leases.FinishAsync(id, first.Attempt, RunState.Failed, "late", Stop));
        Assert.False(await Leases.HandBackAsync(id, first.Attempt, Stop));
        await AssertTimesAsync(id, worked: 9, waited: 1, paused: 0);
        Assert.Equal(4 * 60, (await RunAsync(id)).WorkedSeconds, 10.0);
    }

    private async Task<ClaimedRun> ClaimAsync() => (await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop))!;

    /// <param name="alive">Whether the worker has written just now.</param>
    private async Task PassAsync(long id, int minutes, bool alive = false)
    {
        await ExecuteAsync(
            $"""
            UPDATE runs SET state_since = state_since - interval '{minutes} minutes',
                heartbeat_at = heartbeat_at - interval '{minutes} minutes' WHERE id = {id}
            """);
        if (alive)
        {
            await ExecuteAsync($"UPDATE runs SET heartbeat_at = now() WHERE id = {id}");
        }
    }

    private async Task AssertTimesAsync(long id, double worked, double waited, double paused)
    {
        var times = (await Get<RunQueries>().GetAsync(id, Stop))!.Times;
        Assert.Equal(worked * 60, times.Worked, 15.0);
        Assert.Equal(waited * 60, times.Waited, 15.0);
        Assert.Equal(paused * 60, times.Paused, 15.0);
    }
}
