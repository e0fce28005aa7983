using System.Security.Claims;
using Dashboard.Web.Accounts;
using Dashboard.Web.Api;
using Dashboard.Web.Runs;
using Dashboard.Web.Security;
using Dashboard.Web.Shared;
using Dashboard.Web.Uploads;

namespace Dashboard.Web.Weights;

/// <summary><c>POST /api/checkpoints</c>: weights from elsewhere.</summary>
internal static class WeightsEndpoints
{
    public static void MapWeightsEndpoints(this IEndpointRouteBuilder routes) =>
        routes.MapPost(Addresses.CheckpointsApi, ImportAsync)
            .RequireAuthorization(Policies.Member).DisableAntiforgery().WithTags("Runs")
            .WithSummary(
                "Imports a checkpoint or exported weights: multipart/form-data with name and file. "
                + "A run checks them and draws from them.")
            .Accepts<RunCreated>("multipart/form-data").Produces<RunCreated>(StatusCodes.Status201Created)
            .ProducesValidationProblem().ProducesValidationProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<IResult> ImportAsync(
        HttpRequest request, UploadReader uploads, WeightsIntake intake, ClaimsPrincipal user, CancellationToken stop)
    {
        if (request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
        {
            return ApiProblems.Of("body", "Send multipart/form-data with name and file.");
        }

        try
        {
            using var upload = await uploads.ReceiveAsync(request, stop);
            var result = await intake.EnqueueAsync(upload, user.ToPerson(), stop);
            return RunEndpoints.Answer(result);
        }
        catch (UploadRefusedException refused)
        {
            return ApiProblems.Of(refused);
        }
    }
}
