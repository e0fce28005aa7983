using Dashboard.Migrations;
using Dashboard.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Storage.Tests;

public sealed class MigrationTests(PostgresFixture postgres) : StorageTest(postgres)
{
    [Fact]
    public async Task The_migrations_are_what_the_model_says()
    {
        await using var db = await Get<IDbContextFactory<DashboardContext>>().CreateDbContextAsync(Stop);
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Stop));
    }

    [Fact]
    public async Task Several_processes_may_migrate_an_empty_database_at_once()
    {
        await ExecuteAsync("CREATE DATABASE empty TEMPLATE template0");
        var settings = new NpgsqlConnectionStringBuilder(await Postgres.CreateDatabaseAsync(Stop)) { Database = "empty" };
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            await using var source = NpgsqlDataSource.Create(settings);
            await DashboardMigrations.ApplyAsync(new Contexts(source), source, Stop);
        }));

        await using var check = NpgsqlDataSource.Create(settings);
        await using var tables = check.CreateCommand(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema IN ('public', 'hangfire')");
        Assert.True((long)(await tables.ExecuteScalarAsync(Stop))! > 25);
    }

    private sealed class Contexts(NpgsqlDataSource source) : IDbContextFactory<DashboardContext>
    {
        public DashboardContext CreateDbContext()
        {
            var options = new DbContextOptionsBuilder<DashboardContext>();
            options.UseDashboard(source);
            return new DashboardContext(options.Options);
        }
    }
}
