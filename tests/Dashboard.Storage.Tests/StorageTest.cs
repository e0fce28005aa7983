using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Workers;
using Dashboard.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Dashboard.Storage.Tests;

/// <summary>A test with a database and an artifact folder of its own.</summary>
public abstract class StorageTest(PostgresFixture postgres) : IAsyncLifetime
{
    protected static readonly Person Ann = new("ann", "Ann", Roles.Member);
    protected static readonly Person Ben = new("ben", "Ben", Roles.Member);
    protected static readonly Person Admin = new("ada", "Ada", Roles.Admin);

    private ServiceProvider? services;

    protected PostgresFixture Postgres { get; } = postgres;

    protected NpgsqlDataSource Source => Get<NpgsqlDataSource>();

    protected RunQueue Queue => Get<RunQueue>();

    protected RunLeases Leases => Get<RunLeases>();

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        services = new ServiceCollection()
            .AddLogging()
            .AddDashboardStorage(await Postgres.CreateDatabaseAsync(Stop), Postgres.CreateFolder())
            .BuildServiceProvider();
        await services.AddPeopleAsync(Ann, Ben, Admin);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await services!.DisposeAsync();
    }

    protected T Get<T>()
        where T : notnull => services!.GetRequiredService<T>();

    protected Task<long> EnqueueAsync(string name = "a run", RunKind kind = RunKind.Training, Person? owner = null) =>
        Queue.EnqueueAsync(new RunSubmission(kind, name, "{}"), owner ?? Ann, Stop);

    protected async Task<Run> RunAsync(long id)
    {
        await using var db = await Get<IDbContextFactory<DashboardContext>>().CreateDbContextAsync(Stop);
        return await db.Runs.AsNoTracking().SingleAsync(r => r.Id == id, Stop);
    }

    protected async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop) is T value ? value : default;
    }

    protected async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    protected Task<long> TicketsAsync() => ScalarAsync<long>("SELECT count(*) FROM hangfire.jobqueue");

    /// <summary>Adds a worker's row, which a claim refers to.</summary>
    protected async Task<Guid> WorkerAsync()
    {
        var id = Guid.NewGuid();
        await Get<Workers.WorkerDirectory>().RegisterAsync(
            new WorkerRow
            {
                Id = id, Name = "test", Host = "test", ProcessId = 1, Device = "cpu", StartedAt = DateTimeOffset.UtcNow,
                HeartbeatAt = DateTimeOffset.UtcNow
            },
            Stop);
        return id;
    }
}
