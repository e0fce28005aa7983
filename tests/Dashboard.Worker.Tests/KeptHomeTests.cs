using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Worker.Tests;

/// <summary>A home made at commit 9980509 goes on with today's worker.</summary>
public sealed class KeptHomeTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Who queued the runs: the home's API token.</summary>
    private static readonly Person Owner = new("token:1", "script", Roles.Member);

    private KeptHome home = null!;
    private NpgsqlDataSource database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        home = await KeptHome.RestoreAsync(postgres, Stop);
        database = NpgsqlDataSource.Create(home.ConnectionString);
    }

    public async ValueTask DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Its_tickets_its_checkpoints_and_its_pack_are_still_good()
    {
        var before = await PointsAsync(epochs: 3);
        await using var worker = WorkerProcess.Start(home.ConnectionString, home.Artifacts);

        // The tickets that Hangfire kept take both waiting runs: one trains on the pack, one draws from the checkpoint.
        Assert.Equal("Succeeded", await EndOfAsync("waiting", worker));
        Assert.Equal("Succeeded", await EndOfAsync("waiting to draw", worker));
        await Stage.UntilAsync(
            async () => await ScalarAsync<bool>("SELECT bool_and(statename = 'Succeeded') FROM hangfire.job WHERE id IN (7, 8)"),
            Patience,
            () => worker.Output);
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM images WHERE run_id = 7 AND checkpoint_id = 1"));

        // The paused run goes on from its checkpoint, after its third epoch, and keeps what it had measured.
        var storage = new ServiceCollection().AddLogging().AddDashboardStorage(home.ConnectionString, home.Artifacts);
        await using (var services = storage.BuildServiceProvider())
        {
            Assert.True((await services.GetRequiredService<RunQueue>().ResumeAsync(4, Owner, Stop)).IsDone);
        }

        Assert.Equal("Succeeded", await EndOfAsync("paused", worker));
        Assert.Equal(before, await PointsAsync(epochs: 3));
        Assert.Equal(60, (await PointsAsync(epochs: 60)).Count);
    }

    /// <summary>The state in which a run ends, and its error if it has one.</summary>
    private async Task<string> EndOfAsync(string name, WorkerProcess worker)
    {
        await Stage.UntilAsync(
            async () => await ScalarAsync<bool>($"SELECT ended_at IS NOT NULL FROM runs WHERE name = '{name}'"),
            Patience,
            () => $"{name}: {worker.Output}");
        return await ScalarAsync<string>($"SELECT concat_ws(': ', state, error) FROM runs WHERE name = '{name}'");
    }

    /// <summary>The paused run's validation losses, epoch by epoch.</summary>
    private async Task<List<(int Epoch, double Value)>> PointsAsync(int epochs)
    {
        const string sql = "SELECT epoch, value FROM metrics "
            + "WHERE run_id = 4 AND name = 'val/noise_loss' AND epoch <= $1 ORDER BY epoch";
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = epochs });
        await using var rows = await command.ExecuteReaderAsync(Stop);
        var points = new List<(int, double)>();
        while (await rows.ReadAsync(Stop))
        {
            points.Add((rows.GetInt32(0), rows.GetDouble(1)));
        }

        return points;
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Stop))!;
    }
}
