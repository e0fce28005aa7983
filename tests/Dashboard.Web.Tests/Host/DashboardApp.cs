using System.Net.Http.Headers;
using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Dashboard.Web.Tests.Host;

/// <summary>
/// The real web process on a real, fresh Postgres database, without workers. A start takes a second, so most classes share one
/// as their fixture and empty it before each test.
/// </summary>
public sealed class DashboardApp(PostgresFixture postgres) : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    private Factory? factory;

    public Factory Web => factory ?? throw new InvalidOperationException("not started");

    public IServiceProvider Services => Web.Services;

    public async ValueTask InitializeAsync()
    {
        factory = new Factory(await postgres.CreateDatabaseAsync(), postgres.CreateFolder());
        _ = factory.Server;
    }

    public async ValueTask DisposeAsync()
    {
        if (factory is not null)
        {
            await factory.DisposeAsync();
        }
    }

    /// <summary>Empties the database and the artifacts of all that tests put there.</summary>
    public async ValueTask ResetAsync()
    {
        await DatabaseAsync(db => db.Database.ExecuteSqlRawAsync(
            """
            DO $$
            BEGIN
                EXECUTE (
                    SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' RESTART IDENTITY CASCADE'
                    FROM pg_tables WHERE schemaname = 'hangfire' AND tablename <> 'schema' OR schemaname = 'public'
                        AND tablename NOT IN ('__EFMigrationsHistory', 'roles', 'data_protection_keys'));
            END $$
            """));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Web.Home, "artifacts"), "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }
    }

    /// <summary>Nobody; redirects are not followed.</summary>
    public HttpClient Anonymous() => Web.CreateClient(new() { AllowAutoRedirect = false });

    /// <summary>A script with a token of this role.</summary>
    public async Task<HttpClient> ScriptAsync(string role, string name = "script")
    {
        await using var scope = Services.CreateAsyncScope();
        var secret = await scope.ServiceProvider.GetRequiredService<ApiTokens>().AddAsync(name, role, CancellationToken.None);
        var client = Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    /// <summary>An account that exists, made as its invitation would make it.</summary>
    public async Task<Account> AddAccountAsync(string email, string role)
    {
        await using var scope = Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = new Account { DisplayName = email.Split('@')[0], UserName = email, Email = email, EmailConfirmed = true };
        Assert.True((await accounts.CreateAsync(account, Password)).Succeeded);
        Assert.True((await accounts.AddToRoleAsync(account, role)).Succeeded);
        return account;
    }

    public async Task<T> DatabaseAsync<T>(Func<DashboardContext, Task<T>> action)
    {
        await using var context = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
        return await action(context);
    }

    public sealed class Factory(string connection, string home) : WebApplicationFactory<Program>
    {
        public string Home => home;

        public string Connection => connection;

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseSetting("ConnectionStrings:Dashboard", connection);
            builder.UseSetting("Dashboard:Home", home);
            builder.UseSetting("Dashboard:LocalWorkers", "0");
            builder.UseSetting("Dashboard:SignInsPerMinute", "1000");
            builder.UseSetting("Dashboard:Datasets:FirstFlowers", "0");
            builder.UseSetting("urls", "http://127.0.0.1:0");
        }
    }
}
