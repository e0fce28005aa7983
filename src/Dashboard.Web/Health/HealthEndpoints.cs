using Dashboard.Storage.Postgres;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Health;

/// <summary>For whoever starts the dashboard: is the process there, and can it work.</summary>
internal static class HealthEndpoints
{
    public static void MapHealthEndpoints(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Addresses.Live, () => TypedResults.Text("live")).AllowAnonymous().ExcludeFromDescription();
        routes.MapGet(Addresses.Ready, ReadyAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, CancellationToken stop) =>
        await readiness.ProblemAsync(stop) is { } problem
            ? TypedResults.Text(problem, statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Text("ready");
}
