using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Recording;
using Dashboard.Storage.Workers;
using Dashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Storage.Tests;

/// <summary>On a server of its own, for it is stopped and killed.</summary>
public sealed class OutageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_reported_while_Postgres_is_away_arrives_once_and_nothing_is_reclaimed()
    {
        await using var postgres = new PostgresFixture();
        await using var services = new ServiceCollection().AddLogging()
            .AddDashboardStorage(await postgres.CreateDatabaseAsync(Stop), postgres.CreateFolder()).BuildServiceProvider();
        var ann = new Person("ann", "Ann", Roles.Member);
        await services.AddPeopleAsync(ann);
        var worker = Guid.NewGuid();
        await services.GetRequiredService<Workers.WorkerDirectory>().RegisterAsync(
            new WorkerRow
            {
                Id = worker, Name = "t", Host = "t", ProcessId = 1, Device = "cpu", StartedAt = DateTimeOffset.UtcNow,
                HeartbeatAt = DateTimeOffset.UtcNow
            },
            Stop);
        await services.GetRequiredService<RunQueue>().EnqueueAsync(
            new RunSubmission(RunKind.Training, "a", "{}"), ann, Stop);
        var leases = services.GetRequiredService<RunLeases>();
        var run = (await leases.ClaimAsync(RunKind.Training, worker, Stop))!;
        await using var recorder = new RunRecorder(
            run.Id, run.Attempt, services.GetRequiredService<Npgsql.NpgsqlDataSource>(),
            services.GetRequiredService<ArtifactFiles>(), NullLogger<RunRecorder>.Instance);

        for (var step = 1; step <= 200; step++)
        {
            recorder.Report(RecorderTests.Loss(step));
            await Task.Delay(30, Stop);
            switch (step)
            {
                case 50:
                    await postgres.AbortServerAsync();
                    break;
                case 120:
                    await postgres.StartServerAsync();
                    Assert.Empty(await leases.ReclaimDeadAsync([], Stop));
                    break;
            }
        }

        await recorder.FlushAsync(Stop);
        var series = Assert.Single(await services.GetRequiredService<RunQueries>().MetricsAsync(run.Id, stop: Stop));
        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), series.Points.Select(p => p.Step));
    }

    [Fact]
    public async Task The_private_Postgres_is_found_running_and_keeps_what_it_held()
    {
        var folder = Path.Combine(Path.GetTempPath(), "private-postgres-" + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            var first = await PrivatePostgres.StartAsync(folder, Stop);
            Assert.False(first.WasRunning);
            Assert.Equal("on", await SettingAsync(first, "data_checksums"));
            Assert.Equal(
                ("", "on", "on"),
                (await SettingAsync(first, "listen_addresses"),
                    await SettingAsync(first, "fsync"),
                    await SettingAsync(first, "synchronous_commit")));
            await using (var source = Npgsql.NpgsqlDataSource.Create(first.ConnectionString))
            {
                await source.CreateCommand("CREATE TABLE kept (id int)").ExecuteNonQueryAsync(Stop);
            }

            var second = await PrivatePostgres.StartAsync(folder, Stop);
            Assert.True(second.WasRunning);
            Assert.Equal(first.ConnectionString, second.ConnectionString);
            await second.AbortAsync(Stop);
            var third = await PrivatePostgres.StartAsync(folder, Stop);
            Assert.False(third.WasRunning);
            await using (var source = Npgsql.NpgsqlDataSource.Create(third.ConnectionString))
            {
                Assert.Equal(0L, await source.CreateCommand("SELECT count(*) FROM kept").ExecuteScalarAsync(Stop));
            }

            await third.StopAsync(Stop);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string?> SettingAsync(PrivatePostgres postgres, string name)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(postgres.ConnectionString);
        return (string?)await source.CreateCommand($"SELECT current_setting('{name}')").ExecuteScalarAsync(Stop);
    }
}
