using Dashboard.Storage;
using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Migrations;

/// <summary>Brings a database to what this program needs. Several processes may do it at once.</summary>
public static class DashboardMigrations
{
    /// <summary>Our tables by EF's migrations, under EF's own lock; then Hangfire's schema, under ours, for its installer has none.</summary>
    public static async Task ApplyAsync(IDbContextFactory<DashboardContext> contexts, NpgsqlDataSource source, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        await db.Database.MigrateAsync(stop);

        await using var connection = await source.OpenConnectionAsync(stop);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock(hashtext('dashboard.hangfire'))", stop);
        try
        {
            PostgreSqlObjectsInstaller.Install(connection);
        }
        finally
        {
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock(hashtext('dashboard.hangfire'))", CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
