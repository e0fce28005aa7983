using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs;
using Dashboard.Web.Api;
using Dashboard.Web.Shared;
using Microsoft.Net.Http.Headers;

namespace Dashboard.Web.Runs;

/// <summary>What a run reported: its metrics, images, log and checkpoints.</summary>
internal static class RunOutputEndpoints
{
    private const int MostBuckets = 20_000;

    public static void MapRunOutputEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Addresses.RunApiRoute).WithTags("Runs");
        group.MapGet("metrics", MetricsAsync).WithSummary("A run's series, downsampled to buckets with their extremes.")
            .Produces<MetricsAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("images", ImagesAsync).WithSummary("A run's samples and frames, in the order in which they were drawn.")
            .Produces<Page<ImageItem>>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("checkpoints", CheckpointsAsync).WithSummary("A run's checkpoints, the newest first.")
            .Produces<Page<CheckpointItem>>().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("logs", LogsAsync)
            .WithSummary("Lines of a run's log, the oldest first; with level only those of this level and above.")
            .Produces<Page<LogItem>>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("log", LogTextAsync)
            .WithSummary("A run's whole log as a text file; with level only lines of this level and above.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet(Addresses.CheckpointRoute, WeightsAsync).WithTags("Runs")
            .WithSummary("A checkpoint's file. Ranges are served; the ETag is its SHA-256.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet(Addresses.AverageRoute, AverageAsync).WithTags("Runs")
            .WithSummary("The averaged weights of a checkpoint alone, under the network's own names, for other programs.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> MetricsAsync(
        RunQueries runs, long id, string? names, int? buckets, long? afterSequence, CancellationToken stop)
    {
        if (buckets is < 1 or > MostBuckets)
        {
            return ApiProblems.Of("buckets", $"Give a number from 1 to {MostBuckets}.");
        }

        if (await runs.GetAsync(id, stop) is null)
        {
            return RunEndpoints.NoRun(id);
        }

        var wanted = names?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return TypedResults.Ok(new MetricsAnswer(await runs.MetricsAsync(id, wanted, buckets ?? 1000, afterSequence ?? 0, stop)));
    }

    private static async Task<IResult> ImagesAsync(
        RunQueries runs, long id, int? epoch, string? kind, long? seed, string? cursor, int? limit, CancellationToken stop)
    {
        var problems = new List<FieldProblem>();
        var frames = ImageKind.Read(kind, problems);
        if (PageSize.Check(limit) is { } problem)
        {
            problems.Add(problem);
        }

        return problems.Count > 0 ? ApiProblems.Of(problems)
            : await runs.GetAsync(id, stop) is null ? RunEndpoints.NoRun(id)
            : TypedResults.Ok(await runs.ImagesAsync(id, epoch, frames, seed, cursor, limit ?? 200, stop));
    }

    private static async Task<IResult> CheckpointsAsync(RunQueries runs, long id, CancellationToken stop) =>
        await runs.GetAsync(id, stop) is null
            ? RunEndpoints.NoRun(id)
            : TypedResults.Ok(new Page<CheckpointItem>(await runs.CheckpointsAsync(id, stop), null));

    private static async Task<IResult> LogsAsync(
        RunQueries runs, long id, string? level, long? afterSequence, int? limit, CancellationToken stop)
    {
        var problems = new List<FieldProblem>();
        var least = RunLogText.ReadLevel(level, problems);
        if (PageSize.Check(limit, RunLogText.MostLines) is { } problem)
        {
            problems.Add(problem);
        }

        return problems.Count > 0 ? ApiProblems.Of(problems)
            : await runs.GetAsync(id, stop) is null ? RunEndpoints.NoRun(id)
            : TypedResults.Ok(new Page<LogItem>(await runs.LogsAsync(id, least, afterSequence ?? 0, limit ?? 1000, stop), null));
    }

    private static async Task<IResult> LogTextAsync(RunQueries runs, long id, string? level, CancellationToken stop)
    {
        var problems = new List<FieldProblem>();
        var least = RunLogText.ReadLevel(level, problems);
        return problems.Count > 0 ? ApiProblems.Of(problems)
            : await runs.GetAsync(id, stop) is null ? RunEndpoints.NoRun(id)
            : TypedResults.Stream(
                body => RunLogText.WriteAsync(runs, id, least, body, stop), "text/plain; charset=utf-8", $"run-{id}-log.txt");
    }

    private static async Task<IResult> WeightsAsync(RunQueries runs, long id, CancellationToken stop)
    {
        var (checkpoint, file, problem) = await OpenAsync(runs, id, stop);
        return problem ?? TypedResults.Stream(
            file!,
            "application/octet-stream",
            FileName(checkpoint!, ""),
            checkpoint!.CreatedAt,
            new EntityTagHeaderValue($"\"{checkpoint.Sha256}\""),
            enableRangeProcessing: true);
    }

    private static async Task<IResult> AverageAsync(RunQueries runs, HttpResponse response, long id, CancellationToken stop)
    {
        var (checkpoint, file, problem) = await OpenAsync(runs, id, stop);
        if (problem is not null)
        {
            return problem;
        }

        await using var from = file!;
        WeightsExport export;
        try
        {
            export = await WeightsExport.PlanAsync(from, stop);
        }
        catch (InvalidDataException damaged)
        {
            return TypedResults.Problem(
                $"The file of checkpoint {id} can't be exported: {damaged.Message}.",
                statusCode: StatusCodes.Status409Conflict,
                title: "Not possible now");
        }

        response.ContentType = "application/octet-stream";
        response.ContentLength = export.Length;
        response.Headers.ContentDisposition = $"attachment; filename={FileName(checkpoint!, "-average")}";
        await export.WriteAsync(from, response.Body, stop);
        return Results.Empty;
    }

    private static string FileName(CheckpointItem checkpoint, string part) =>
        $"run-{checkpoint.Run}-epoch-{checkpoint.Epoch}-{checkpoint.Kind.ToString().ToLowerInvariant()}{part}.safetensors";

    private static async Task<(CheckpointItem? Checkpoint, FileStream? File, IResult? Problem)> OpenAsync(
        RunQueries runs, long id, CancellationToken stop)
    {
        if (await runs.CheckpointAsync(id, stop) is not { } checkpoint)
        {
            return (null, null, ApiProblems.NotFound($"There is no checkpoint {id}."));
        }

        var file = await runs.CheckpointPathAsync(id, stop) is { } path ? TryOpen(path) : null;
        if (file is not null && file.Length == checkpoint.Bytes)
        {
            return (checkpoint, file, null);
        }

        if (file is not null)
        {
            await file.DisposeAsync();
        }

        return (null, null, ApiProblems.NotFound($"The file of checkpoint {id} was deleted or replaced by a later one."));
    }

    /// <summary>Open, the file stays as it is even when a later checkpoint is renamed into its place.</summary>
    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, useAsync: true);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

public sealed record MetricsAnswer(IReadOnlyList<MetricSeries> Series);

/// <summary>The query's <c>kind</c> of image.</summary>
internal static class ImageKind
{
    /// <returns>False for "sample", true for "frame", null for both.</returns>
    public static bool? Read(string? kind, List<FieldProblem> problems, bool? otherwise = null)
    {
        if (kind is not (null or "" or "sample" or "frame"))
        {
            problems.Add(new("kind", "Give \"sample\" or \"frame\"."));
        }

        return string.IsNullOrEmpty(kind) ? otherwise : kind == "frame";
    }
}
