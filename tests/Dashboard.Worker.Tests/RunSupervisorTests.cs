using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Storage.Workers;
using Dashboard.Testing;
using Dashboard.Worker.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Worker.Tests;

/// <summary>With shell scripts for children: each does one thing that a child may do.</summary>
public sealed class RunSupervisorTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Deaf = "while true; do sleep 0.1; done";
    private static readonly Person Ann = new("ann", "Ann", Roles.Member);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    private ServiceProvider? services;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RunLeases Leases => new(Get<NpgsqlDataSource>(), Get<IDbContextFactory<DashboardContext>>())
    {
        Lease = Lease, Recovery = TimeSpan.Zero
    };

    private RunSupervisor Supervisor => new(Leases, Get<RunFeed>(), NullLogger<RunSupervisor>.Instance);

    public async ValueTask InitializeAsync()
    {
        services = new ServiceCollection().AddLogging()
            .AddDashboardStorage(await postgres.CreateDatabaseAsync(Stop), postgres.CreateFolder()).BuildServiceProvider();
        await services.AddPeopleAsync(Ann);
        await Get<ChangeFeed>().StartAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await Get<ChangeFeed>().StopAsync(CancellationToken.None);
        await services!.DisposeAsync();
    }

    [Fact]
    public async Task A_child_that_says_nothing_for_longer_than_the_lease_keeps_its_run()
    {
        var run = await ClaimAsync();
        await using var child = Child("cat > /dev/null");
        using var leave = new CancellationTokenSource();
        var supervising = Supervisor.SuperviseAsync(run, child, leave.Token);

        // As every other worker of the team does all the time.
        for (var time = Stopwatch.StartNew(); time.Elapsed < Lease * 2.5;)
        {
            Assert.Empty(await Leases.ReclaimDeadAsync([], Stop));
            await Task.Delay(100, Stop);
        }

        Assert.Equal((RunState.Running, 1), await StateAsync(run));
        await leave.CancelAsync();
        await supervising;
        Assert.Equal((RunState.Queued, 1), await StateAsync(run));
    }

    [Fact]
    public async Task A_worker_whose_run_was_taken_from_it_stops_its_child_and_leaves_the_new_attempt_alone()
    {
        var run = await ClaimAsync();
        await using var child = Child(Deaf);
        var supervising = Supervisor.SuperviseAsync(run, child, CancellationToken.None);

        // As if this worker had been frozen.
        while (await Leases.ReclaimDeadAsync([], Stop) is [])
        {
            await ExecuteAsync($"UPDATE runs SET heartbeat_at = now() - interval '1 minute' WHERE id = {run.Id}");
        }

        var other = await ClaimAsync(enqueue: false);
        await supervising;

        Assert.Equal(run with { Attempt = 2 }, other);
        Assert.True(child.Exited.IsCompleted);
        Assert.Equal((RunState.Running, 2), await StateAsync(run));
    }

    [Fact]
    public async Task A_child_that_does_not_obey_a_cancel_is_killed()
    {
        var run = await ClaimAsync();
        await using var child = Child(Deaf);
        var supervising = Supervisor.SuperviseAsync(run, child, CancellationToken.None);

        Assert.True((await Get<RunQueue>().CancelAsync(run.Id, Ann, Stop)).IsDone);
        await supervising;

        Assert.Equal(137, (await child.Exited).Code);
        Assert.Equal((RunState.Canceled, 1), await StateAsync(run));
    }

    [Theory]
    [InlineData("cancel", RunState.Canceled)]
    [InlineData("pause", RunState.Paused)]
    public async Task A_child_that_ends_after_a_command_has_obeyed_it(string word, RunState state)
    {
        var run = await ClaimAsync();
        await using var child = Child("read run; read command; test \"$command\" = " + word + " && exit 0; exec sleep 600");
        var supervising = Supervisor.SuperviseAsync(run, child, CancellationToken.None);

        var queue = Get<RunQueue>();
        var asked = word == "cancel" ? queue.CancelAsync(run.Id, Ann, Stop) : queue.PauseAsync(run.Id, Ann, Stop);
        Assert.True((await asked).IsDone);
        await supervising;

        Assert.Equal(0, (await child.Exited).Code);
        Assert.Equal((state, 1), await StateAsync(run));
    }

    [Theory]
    [InlineData("FPE", RunState.Failed)]
    [InlineData("SEGV", RunState.Failed)]
    [InlineData("KILL", RunState.Queued)]
    public async Task Only_an_end_that_would_come_again_fails_the_run_at_once(string signal, RunState state)
    {
        var run = await ClaimAsync();
        await using var child = Child($"read run; kill -{signal} $$");

        await Supervisor.SuperviseAsync(run, child, CancellationToken.None);

        Assert.Equal((state, 1), await StateAsync(run));
        var error = (await Get<RunQueries>().GetAsync(run.Id, Stop))!.Error ?? "";
        Assert.Equal(state == RunState.Failed, error.Contains($"SIG{signal}", StringComparison.Ordinal));
    }

    private static ChildProcess Child(string script) => ChildProcess.Start(new ProcessStartInfo("/bin/sh", ["-c", script]));

    private T Get<T>()
        where T : notnull => services!.GetRequiredService<T>();

    private async Task<ClaimedRun> ClaimAsync(bool enqueue = true)
    {
        if (enqueue)
        {
            await Get<RunQueue>().EnqueueAsync(new RunSubmission(RunKind.Training, "a run", "{}"), Ann, Stop);
        }

        var (worker, now) = (Guid.NewGuid(), DateTimeOffset.UtcNow);
        await Get<WorkerDirectory>().RegisterAsync(
            new WorkerRow
            {
                Id = worker, Name = "test", Host = "test", ProcessId = 1, Device = "cpu", StartedAt = now, HeartbeatAt = now,
            },
            Stop);
        return (await Leases.ClaimAsync(RunKind.Training, worker, Stop))!;
    }

    private async Task<(RunState State, int Attempt)> StateAsync(ClaimedRun run)
    {
        var row = (await Get<RunQueries>().GetAsync(run.Id, Stop))!;
        return (row.State, row.Attempt);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
