using Dashboard.Migrations;
using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Web.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Web.Hosting;

/// <summary>Makes the database fit this version, and lets the first person in.</summary>
internal static class FirstStart
{
    /// <summary>Creates or updates the tables and the three roles. Several processes may do it at once.</summary>
    /// <exception cref="StartupException">Postgres does not answer or refuses the connection.</exception>
    public static async Task PrepareDatabaseAsync(IServiceProvider services, CancellationToken stop)
    {
        try
        {
            await DashboardMigrations.ApplyAsync(
                services.GetRequiredService<IDbContextFactory<DashboardContext>>(),
                services.GetRequiredService<NpgsqlDataSource>(),
                stop);
        }
        catch (NpgsqlException error) when (error.InnerException is System.Net.Sockets.SocketException
            || error.SqlState is "28P01" or "28000" or "3D000")
        {
            throw new StartupException(
                $"Postgres cannot be reached: {error.Message}. Check ConnectionStrings__Dashboard, "
                + "or leave it out for a private Postgres.");
        }

        await using var scope = services.CreateAsyncScope();
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole>>();
        foreach (var role in Roles.All)
        {
            await CreateRoleAsync(roles, role);
        }
    }

    /// <summary>The path of a link for making the first account, an admin's; null when there is an account.</summary>
    public static async Task<string?> FirstAccountLinkAsync(IServiceProvider services, CancellationToken stop)
    {
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AccountAdministration>().AnyAsync(stop)
            ? null
            : await scope.ServiceProvider.GetRequiredService<InvitationLinks>().AddAsync(Roles.Admin, email: null, stop);
    }

    private static async Task CreateRoleAsync(RoleManager<IdentityRole> roles, string role)
    {
        try
        {
            if (!await roles.RoleExistsAsync(role))
            {
                await roles.CreateAsync(new IdentityRole(role));
            }
        }
        catch (DbUpdateException error) when (
            error.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Another process was faster.
        }
    }
}
