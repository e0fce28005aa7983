using Dashboard.Storage.Postgres;
using Dashboard.Storage.Workers;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Workers;

/// <summary><c>/api/workers</c>.</summary>
internal static class WorkerEndpoints
{
    public static void MapWorkerEndpoints(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Addresses.WorkersApi, async (WorkerDirectory workers, CancellationToken stop) =>
                TypedResults.Ok(new Page<WorkerItem>(await workers.ListAsync(stop), null)))
            .WithTags("Workers").WithSummary("The workers, and what each does.");
}
