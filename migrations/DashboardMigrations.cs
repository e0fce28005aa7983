using Dashboard.Storage;
using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Migrations;

/// <summary>Brings a database to what this program needs. Several processes may do it at once.</summary>
public static class DashboardMigrations
{
    /// <summary>
    /// Our tables by EF's migrations, then Hangfire's schema. Both under our lock: Hangfire's installer has none, and EF's ends
    /// with each migration's transaction, so that a second process would make the next one, too.
    /// </summary>
    public static async Task ApplyAsync(
        IDbContextFactory<DashboardContext> contexts, NpgsqlDataSource source, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock(hashtext('dashboard.migrations'))", stop);
        try
        {
            await using var db = await contexts.CreateDbContextAsync(stop);
            await db.Database.MigrateAsync(stop);
            PostgreSqlObjectsInstaller.Install(connection);
        }
        finally
        {
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock(hashtext('dashboard.migrations'))", CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }
}
