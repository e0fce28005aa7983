using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Postgres;
using Dashboard.Web.Api;
using Dashboard.Web.Runs;
using Dashboard.Web.Shared;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Web.Gallery;

/// <summary><c>/api/images</c> and the pictures' bytes.</summary>
internal static class GalleryEndpoints
{
    public static void MapGalleryEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Addresses.ImagesApi).WithTags("Gallery");
        group.MapGet("", ListAsync).WithSummary("The gallery, the newest first.")
            .Produces<Page<ImageItem>>().ProducesValidationProblem();
        group.MapGet("{id:long}", GetAsync).WithSummary("One image and how it was made.")
            .Produces<ImageDetail>().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("{id:long}/frames", FramesAsync).WithSummary("The same image on its way from noise.")
            .Produces<Page<ImageItem>>();

        routes.MapGet(
                Addresses.PictureRoute,
                async (GalleryQueries images, HttpContext context, string sha256, CancellationToken stop) =>
                    Bytes(context, await images.PngAsync(sha256, stop), sha256, "png"))
            .WithTags("Gallery")
            .WithSummary("An image's bytes, for ever the same.").Produces(StatusCodes.Status200OK, contentType: "image/png");
        routes.MapGet(
                Addresses.ThumbnailRoute,
                async (GalleryQueries images, HttpContext context, string sha256, CancellationToken stop) =>
                    Bytes(context, await images.ThumbnailAsync(sha256, stop), sha256, "webp"))
            .WithTags("Gallery")
            .WithSummary("An image's thumbnail.").Produces(StatusCodes.Status200OK, contentType: "image/webp");
    }

    private static async Task<IResult> ListAsync(
        GalleryQueries images, long? run, long? dataset, string? sampler, int? evaluations, int? epoch, long? seed, string? owner,
        DateTimeOffset? from, DateTimeOffset? until, string? kind, string? q, string? cursor, int? limit, CancellationToken stop)
    {
        var problems = new List<FieldProblem>();
        var frames = ImageKind.Read(kind, problems, otherwise: false);
        if (PageSize.Check(limit) is { } problem)
        {
            problems.Add(problem);
        }

        return problems.Count > 0
            ? ApiProblems.Of(problems)
            : TypedResults.Ok(await images.ListAsync(
                new ImageFilter(run, dataset, sampler, epoch, seed, frames, q, cursor, limit ?? 100)
                {
                    Evaluations = evaluations,
                    Owner = owner,
                    From = from?.ToUniversalTime(),
                    Until = until?.ToUniversalTime(),
                },
                stop));
    }

    private static async Task<IResult> GetAsync(GalleryQueries images, long id, CancellationToken stop) =>
        await images.GetAsync(id, stop) is { } image ? TypedResults.Ok(image) : ApiProblems.NotFound($"There is no image {id}.");

    private static async Task<IResult> FramesAsync(GalleryQueries images, long id, CancellationToken stop) =>
        TypedResults.Ok(new Page<ImageItem>(await images.FramesAsync(id, stop), null));

    private static IResult Bytes(HttpContext context, byte[]? bytes, string sha256, string type)
    {
        if (bytes is null)
        {
            return ApiProblems.NotFound("There is no such image.");
        }

        // The name is the content's hash, so it never changes; private, because only signed-in people may see it.
        context.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        return TypedResults.Bytes(bytes, $"image/{type}", entityTag: new EntityTagHeaderValue($"\"{sha256}-{type}\""));
    }
}
