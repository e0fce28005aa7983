using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats.Labels;
using Dashboard.Formats.Zip;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Postgres;
using Dashboard.Web.Accounts;
using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Dashboard.Web.Shared;
using Dashboard.Web.Uploads;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Web.Datasets;

/// <summary><c>/api/datasets</c>: uploads, imports, and what is in them.</summary>
internal static class DatasetEndpoints
{
    public static void MapDatasetEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Addresses.DatasetsApi).WithTags("Data sets");
        group.MapGet("", ListAsync).WithSummary("Lists data sets by name.").Produces<Page<DatasetItem>>();
        group.MapPost("", CreateAsync).RequireAuthorization(Policies.Member).DisableAntiforgery()
            .WithSummary("Imports a data set: a zip as multipart/form-data with name and file, anything else as JSON.")
            .Accepts<DatasetRequest>("application/json", "multipart/form-data")
            .Produces<DatasetCreated>(StatusCodes.Status201Created)
            .ProducesValidationProblem().ProducesValidationProblem(StatusCodes.Status413PayloadTooLarge);
        group.MapGet("{id:long}", GetAsync).WithSummary("One data set, with what its import skipped and why.")
            .Produces<DatasetDetail>().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPatch("{id:long}", RenameAsync).RequireAuthorization(Policies.Member).WithSummary("Renames a data set.")
            .Produces<DatasetDetail>().ProducesValidationProblem();
        group.MapDelete("{id:long}", DeleteAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Deletes a data set that no run uses.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPost("{id:long}/retry", RetryAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Starts a failed import again.")
            .Produces<DatasetDetail>().ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("{id:long}/images", ImagesAsync).WithSummary("The images of a data set, in order.")
            .Produces<Page<DatasetImageItem>>();
        group.MapGet("{id:long}/images/{index:int}/thumbnail", ThumbnailAsync)
            .WithSummary("A small square picture of one image.");
        group.MapGet("{id:long}/images/{index:int}", ImageAsync).WithSummary("One image, and which come before and after it.")
            .Produces<DatasetImageDetail>().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPatch("{id:long}/images/{index:int}", LeaveOutAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Leaves an image out of new runs, or uses it again.")
            .Produces<DatasetImageDetail>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("{id:long}/images/{index:int}/picture", PictureAsync).WithSummary("One image as it was imported.");
        group.MapGet("{id:long}/near-duplicates", NearDuplicatesAsync)
            .WithSummary("Pairs of images that look the same on both sides of the split.")
            .Produces<NearDuplicateItems>();
        group.MapPost("{id:long}/near-duplicates", HashAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Looks for near-duplicates in a data set that was imported before they were looked for.")
            .Produces<DatasetDetail>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("{id:long}/labels", LabelsAsync)
            .WithSummary("A data set's labels, how they were found and what else they could be.")
            .Produces<DatasetLabels>().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPut("{id:long}/labels", LabelAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Gives a data set that no run uses other labels and another split.")
            .Accepts<LabelOptions>("application/json")
            .Produces<DatasetLabels>(StatusCodes.Status202Accepted).ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(DatasetQueries datasets, CancellationToken stop) =>
        TypedResults.Ok(new Page<DatasetItem>(await datasets.ListAsync(stop), null));

    private static async Task<IResult> GetAsync(DatasetQueries datasets, long id, CancellationToken stop) =>
        await datasets.GetAsync(id, stop) is { } dataset
            ? TypedResults.Ok(dataset)
            : ApiProblems.NotFound($"There is no data set {id}.");

    /// <param name="background">Of an upload: what transparent parts lie on, white, black or a colour such as #80c0ff.</param>
    /// <param name="level">Of an upload: automatic, none, or the number of the folder that is the label.</param>
    /// <param name="useSplits">Of an upload: true to have folders such as train and val say the split.</param>
    /// <param name="nameEncoding">Of an upload: the encoding of names that don't say theirs.</param>
    private static async Task<IResult> CreateAsync(
        HttpRequest request, DatasetIntake intake, UploadReader uploads, ClaimsPrincipal user, string? background,
        string? level, string? useSplits, string? nameEncoding, CancellationToken stop)
    {
        if (request.HasJsonContentType())
        {
            DatasetRequest? body;
            try
            {
                body = await request.ReadFromJsonAsync<DatasetRequest>(stop);
            }
            catch (JsonException wrong)
            {
                var (field, message) = BadRequestProblems.Explain(wrong);
                return ApiProblems.Of(field, message);
            }

            return body is null
                ? ApiProblems.Of("body", "Send a JSON object.")
                : Answer(await intake.CreateAsync(body, user.ToPerson(), stop));
        }

        if (request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
        {
            return ApiProblems.Of("body", "Send multipart/form-data with name and file, or JSON.");
        }

        try
        {
            using var upload = await uploads.ReceiveAsync(request, stop);
            return Refuse(upload) is { } refusal
                ? ApiProblems.Of("file", refusal)
                : Answer(await intake.CreateAsync(
                    upload, user.ToPerson(), new UploadOptions(background, level, useSplits, nameEncoding), stop));
        }
        catch (UploadRefusedException e)
        {
            return ApiProblems.Of(e);
        }
    }

    private static string? Refuse(Upload upload)
    {
        using var file = File.OpenRead(upload.Path);
        return ZipListing.Refuse(file, new ArchiveLimits());
    }

    private static IResult Answer(IntakeResult result) =>
        result.Id is { } id ? TypedResults.Created(Addresses.DatasetApi(id), new DatasetCreated(id))
        : result.IsOverQuota ? ApiProblems.TooLarge(result.Problem!.Field, result.Problem.Message)
        : ApiProblems.Of([result.Problem!]);

    private static async Task<IResult> RenameAsync(
        DatasetStore book, DatasetQueries datasets, ClaimsPrincipal user, long id, DatasetRename body, CancellationToken stop)
    {
        if (DatasetIntake.CheckName(body.Name) is { } problem)
        {
            return ApiProblems.Of([problem]);
        }

        var outcome = await book.RenameAsync(id, body.Name!.Trim(), user.ToPerson(), stop);
        return outcome.Result == DatasetResult.Done ? await GetAsync(datasets, id, stop) : Answer(outcome);
    }

    private static async Task<IResult> DeleteAsync(DatasetStore book, ClaimsPrincipal user, long id, CancellationToken stop)
    {
        var outcome = await book.DeleteAsync(id, user.ToPerson(), stop);
        return outcome.Result == DatasetResult.Done ? TypedResults.NoContent() : Answer(outcome);
    }

    private static async Task<IResult> RetryAsync(
        DatasetStore book, DatasetQueries datasets, ClaimsPrincipal user, long id, CancellationToken stop)
    {
        var outcome = await book.RetryAsync(id, user.ToPerson(), stop);
        return outcome.Result == DatasetResult.Done ? await GetAsync(datasets, id, stop) : Answer(outcome);
    }

    private static IResult Answer(DatasetOutcome outcome) => outcome.Result switch
    {
        DatasetResult.NotFound => ApiProblems.NotFound(outcome.Reason!),
        DatasetResult.NotAllowed =>
            TypedResults.Problem(outcome.Reason, statusCode: StatusCodes.Status403Forbidden, title: "Not allowed"),
        DatasetResult.NameTaken => ApiProblems.Of("name", outcome.Reason!),
        _ => TypedResults.Problem(outcome.Reason, statusCode: StatusCodes.Status409Conflict, title: "Not possible now"),
    };

    /// <param name="cursor">What the page before gave as nextCursor.</param>
    private static async Task<IResult> ImagesAsync(
        DatasetQueries datasets, long id, string? label, string? cursor, int? limit, CancellationToken stop)
    {
        if (PageSize.Check(limit) is { } problem)
        {
            return ApiProblems.Of([problem]);
        }

        var skip = 0;
        if (cursor is not null && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out skip))
        {
            return ApiProblems.Of("cursor", "Give what the page before named nextCursor, or nothing for the first page.");
        }

        var take = limit ?? 100;
        var images = await datasets.ImagesAsync(id, skip, take, label, stop);
        return TypedResults.Ok(new Page<DatasetImageItem>(
            images, images.Count == take ? (skip + take).ToString(CultureInfo.InvariantCulture) : null));
    }

    private static async Task<IResult> ImageAsync(
        DatasetQueries datasets, long id, int index, string? label, CancellationToken stop) =>
        await datasets.ImageAsync(id, index, label, stop) is { } image
            ? TypedResults.Ok(image)
            : ApiProblems.NotFound($"Data set {id} has no image {index}.");

    private static async Task<IResult> LeaveOutAsync(
        DatasetStore book, DatasetQueries datasets, ClaimsPrincipal user, long id, int index, DatasetImageChange body,
        CancellationToken stop)
    {
        if (body.LeftOut is not { } leftOut)
        {
            return ApiProblems.Of("leftOut", "Give true to leave the image out, or false to use it again.");
        }

        if (await datasets.ImageAsync(id, index, stop: stop) is null)
        {
            return ApiProblems.NotFound($"Data set {id} has no image {index}.");
        }

        var outcome = await book.LeaveOutAsync(id, [index], leftOut, user.ToPerson(), stop);
        return outcome.Result == DatasetResult.Done ? await ImageAsync(datasets, id, index, null, stop) : Answer(outcome);
    }

    private static async Task<IResult> NearDuplicatesAsync(DatasetQueries datasets, long id, CancellationToken stop) =>
        TypedResults.Ok(await datasets.NearDuplicatesAsync(id, stop));

    private static async Task<IResult> HashAsync(
        DatasetStore book, DatasetQueries datasets, ClaimsPrincipal user, long id, CancellationToken stop)
    {
        var outcome = await book.HashAsync(id, user.ToPerson(), stop);
        return outcome.Result == DatasetResult.Done
            ? TypedResults.Accepted(Addresses.DatasetApi(id), await datasets.GetAsync(id, stop))
            : Answer(outcome);
    }

    private static async Task<IResult> LabelsAsync(DatasetQueries datasets, long id, CancellationToken stop) =>
        await datasets.LabelsAsync(id, stop) is { } labels
            ? TypedResults.Ok(labels)
            : ApiProblems.NotFound($"There is no data set {id}.");

    private static async Task<IResult> LabelAsync(
        DatasetLabelling labelling, DatasetQueries datasets, ClaimsPrincipal user, long id, JsonElement body,
        CancellationToken stop)
    {
        LabelOptions? wanted;
        try
        {
            wanted = body.Deserialize<LabelOptions>(SpecJson.Options);
        }
        catch (JsonException wrong)
        {
            var (field, message) = BadRequestProblems.Explain(wrong);
            return ApiProblems.Of(field, message);
        }

        if (wanted is null)
        {
            return ApiProblems.Of("body", "Send a JSON object.");
        }

        var (outcome, problems) = await labelling.ChangeAsync(id, wanted, user.ToPerson(), stop);
        return problems.Count > 0 ? ApiProblems.Of(problems)
            : outcome.Result == DatasetResult.Done
                ? TypedResults.Accepted($"{Addresses.DatasetApi(id)}/labels", await datasets.LabelsAsync(id, stop))
            : Answer(outcome);
    }

    private static async Task<IResult> PictureAsync(
        DatasetPictures pictures, HttpResponse response, long id, int index, CancellationToken stop)
    {
        if (await pictures.ReadAsync(id, index, stop) is not { } picture || TypeOf(picture) is not { } type)
        {
            return ApiProblems.NotFound($"Data set {id} has no image {index}.");
        }

        // A pack never changes; a data set that is imported again after a failure has shown none yet.
        response.Headers[HeaderNames.CacheControl] = "private, max-age=31536000, immutable";
        return TypedResults.Bytes(picture, type);
    }

    /// <summary>Of the formats that an import reads; a browser is given nothing else.</summary>
    private static string? TypeOf(ReadOnlySpan<byte> picture) =>
        picture.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : picture.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G']) ? "image/png"
        : picture.StartsWith("RIFF"u8) ? "image/webp"
        : picture.StartsWith("GIF8"u8) ? "image/gif"
        : picture.StartsWith("BM"u8) ? "image/bmp"
        : null;

    private static async Task<IResult> ThumbnailAsync(
        DatasetQueries datasets, HttpResponse response, long id, int index, CancellationToken stop)
    {
        if (await datasets.ThumbnailAsync(id, index, stop) is not { } thumbnail)
        {
            return ApiProblems.NotFound($"Data set {id} has no image {index}.");
        }

        response.Headers[HeaderNames.CacheControl] = thumbnail.IsFinal ? "private, max-age=31536000, immutable" : "no-store";

        // Data sets imported by earlier versions have WebP.
        return TypedResults.Bytes(thumbnail.Bytes, thumbnail.Bytes.AsSpan().StartsWith("RIFF"u8) ? "image/webp" : "image/jpeg");
    }
}
