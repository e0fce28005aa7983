using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Storage.Postgres;

/// <summary>Whether Postgres answers and has every table of this version.</summary>
public sealed class Readiness(IDbContextFactory<DashboardContext> contexts, ILogger<Readiness> log)
{
    /// <returns>Null when it is ready, else why not.</returns>
    public async Task<string?> ProblemAsync(CancellationToken stop)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(stop);
            return (await context.Database.GetPendingMigrationsAsync(stop)).Any()
                ? "the database waits for its migrations"
                : null;
        }
        catch (Exception error) when (error is DbException or TimeoutException or InvalidOperationException)
        {
            // The caller may be anyone, so the reason goes to the log alone.
            log.LogWarning(error, "Not ready: Postgres does not answer");
            return "Postgres does not answer";
        }
    }
}
