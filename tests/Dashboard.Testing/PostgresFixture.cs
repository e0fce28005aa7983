using System.Diagnostics;
using Dashboard.Migrations;
using Dashboard.Storage;
using Dashboard.Storage.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Testing;

/// <summary>
/// A real Postgres for a test assembly, in a temporary folder, gone at its end. Register it once:
/// <c>[assembly: AssemblyFixture(typeof(PostgresFixture))]</c>, take it in a constructor, and ask for a database per class or
/// test.
/// </summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly string folder = Path.Combine(Path.GetTempPath(), "dashboard-tests-" + Guid.NewGuid().ToString("N")[..12]);
    private PrivatePostgres? server;
    private Process? cleaner;
    private int databases;

    /// <summary>A fresh, migrated database, copied from a template in about 60 ms.</summary>
    /// <returns>Its connection string.</returns>
    public Task<string> CreateDatabaseAsync(CancellationToken stop = default) => CreateDatabaseAsync("dashboard", stop);

    /// <summary>A fresh database without a table.</summary>
    /// <returns>Its connection string.</returns>
    public Task<string> CreateEmptyDatabaseAsync(CancellationToken stop = default) => CreateDatabaseAsync("template0", stop);

    /// <summary>Stops the server for a while: what a test of outages needs. All databases of the fixture go with it.</summary>
    public async Task StopServerAsync() => await server!.StopAsync();

    /// <summary>As <c>kill -9</c> to the server.</summary>
    public async Task AbortServerAsync() => await server!.AbortAsync();

    public async Task StartServerAsync() => await PrivatePostgres.StartAsync(folder);

    /// <summary>An empty folder for artifacts, below the fixture's own.</summary>
    public string CreateFolder()
    {
        var path = Path.Combine(folder, "files", Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(path);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.StopAsync();
        }

        if (cleaner is not null)
        {
            cleaner.StandardInput.Close();
            await cleaner.WaitForExitAsync();
            cleaner.Dispose();
        }

        gate.Dispose();
    }

    private async Task<string> CreateDatabaseAsync(string template, CancellationToken stop)
    {
        await gate.WaitAsync(stop);
        try
        {
            var running = server ??= await StartAsync(stop);
            var settings = new NpgsqlConnectionStringBuilder(running.ConnectionString)
            {
                Database = $"test_{++databases}",
                MaxPoolSize = 40,
            };
            await ExecuteAsync(running.ConnectionString, $"CREATE DATABASE {settings.Database} TEMPLATE {template}", stop);
            return settings.ConnectionString;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<PrivatePostgres> StartAsync(CancellationToken stop)
    {
        // Tests that are killed can't stop their server. This shell outlives them, notices by its input's end, and does it.
        Directory.CreateDirectory(folder);
        const string clean = """trap '' INT TERM; cat >/dev/null; [ -f "$0/data/postmaster.pid" ] """
            + """&& kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")" && sleep 1; rm -rf "$0" """;
        cleaner = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", clean, folder]) { RedirectStandardInput = true })!;
        var started = await PrivatePostgres.StartAsync(folder, stop);
        // Unpooled, because a database can only be a template while nobody is connected to it.
        var settings = new NpgsqlConnectionStringBuilder(started.ConnectionString) { Pooling = false };
        await using var services = new ServiceCollection().AddLogging()
            .AddDashboardStorage(settings.ConnectionString, CreateFolder()).BuildServiceProvider();
        await DashboardMigrations.ApplyAsync(
            services.GetRequiredService<IDbContextFactory<DashboardContext>>(), services.GetRequiredService<NpgsqlDataSource>(),
            stop);
        return started;
    }

    private static async Task ExecuteAsync(string connectionString, string sql, CancellationToken stop)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(stop);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
