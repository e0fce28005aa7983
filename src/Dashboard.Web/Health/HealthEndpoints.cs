using Dashboard.Storage;
using Dashboard.Web.Shared;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Web.Health;

/// <summary>For whoever starts the dashboard: is the process there, and can it work.</summary>
internal static class HealthEndpoints
{
    public static void MapHealthEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Addresses.Live, () => TypedResults.Text("live")).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet(Addresses.Ready, ReadyAsync).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Ready: Postgres answers and has every table of this version.</summary>
    private static async Task<IResult> ReadyAsync(
        IDbContextFactory<DashboardContext> contexts, ILogger<DashboardContext> log, CancellationToken stop)
    {
        try
        {
            await using var context = await contexts.CreateDbContextAsync(stop);
            var pending = await context.Database.GetPendingMigrationsAsync(stop);
            return pending.Any()
                ? TypedResults.Text("the database waits for its migrations", statusCode: StatusCodes.Status503ServiceUnavailable)
                : TypedResults.Text("ready");
        }
        catch (Exception error) when (error is System.Data.Common.DbException or TimeoutException or InvalidOperationException)
        {
            // The caller may be anyone, so the reason goes to the log alone.
            log.LogWarning(error, "Not ready: Postgres does not answer");
            return TypedResults.Text("Postgres does not answer", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
