using System.Security.Claims;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Web.Accounts;
using Dashboard.Web.Api;
using Dashboard.Web.Security;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Runs;

/// <summary><c>/api/runs</c>: what people queue, and what they do with it.</summary>
internal static class RunEndpoints
{
    public static void MapRunEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Addresses.RunsApi).WithTags("Runs");
        group.MapGet("", ListAsync).WithSummary("Lists runs, the newest first.")
            .Produces<Page<RunItem>>().ProducesValidationProblem();
        group.MapPost("", SubmitAsync).RequireAuthorization(Policies.Member).WithSummary("Queues a training or sampling run.")
            .Accepts<SubmitRun>("application/json")
            .Produces<RunCreated>(StatusCodes.Status201Created).ProducesValidationProblem();
        group.MapGet("{id:long}", GetAsync).WithSummary("One run.")
            .Produces<RunItem>().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPatch("{id:long}", ChangeAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Changes a run's name, notes (Markdown), tags, pinned or archived; what is left out stays.")
            .Accepts<RunPatch>("application/json").Produces<RunItem>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("{id:long}", DeleteAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Deletes a run with its pictures and checkpoints. For a time it can be restored.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPost("{id:long}/restore", RestoreAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Takes a deleted run back, until it is removed for good.")
            .Produces<RunItem>().ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPut("{id:long}/star", (RunCuration curation, RunQueries runs, ClaimsPrincipal user, long id,
            CancellationToken stop) => StarAsync(curation, runs, user, id, true, stop))
            .RequireAuthorization(Policies.Member).WithSummary("Stars a run, each person or token for itself.")
            .Produces<RunItem>().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("{id:long}/star", (RunCuration curation, RunQueries runs, ClaimsPrincipal user, long id,
            CancellationToken stop) => StarAsync(curation, runs, user, id, false, stop))
            .RequireAuthorization(Policies.Member).WithSummary("Takes the own star away.")
            .Produces<RunItem>().ProducesProblem(StatusCodes.Status404NotFound);

        Act(
            group, "cancel", "Ends a run; what it made is kept.",
            (queue, id, person, stop) => queue.CancelAsync(id, person, stop));
        Act(
            group, "pause", "Lets a run's worker go after a checkpoint.",
            (queue, id, person, stop) => queue.PauseAsync(id, person, stop));
        Act(
            group, "resume", "Puts a paused run back into the queue.",
            (queue, id, person, stop) => queue.ResumeAsync(id, person, stop));
        Act(
            group, "retry", "Tries a failed or canceled run again.",
            (queue, id, person, stop) => queue.RetryAsync(id, person, stop));
        group.MapPost("{id:long}/clone", CloneAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Queues the same spec again.")
            .Produces<RunCreated>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("{id:long}/move", MoveAsync).RequireAuthorization(Policies.Member)
            .WithSummary("Moves a waiting run before another one, or to the top.")
            .Produces<RunItem>().ProducesValidationProblem();
    }

    private static async Task<IResult> ListAsync(
        RunQueries runs, ClaimsPrincipal user, string? state, string? kind, string? owner, long? dataset, string? q,
        string? archived, string? tag, bool? starred, string? sort, string? cursor, int? limit, CancellationToken stop)
    {
        var problems = new List<FieldProblem>();
        var states = Choice.Read<RunState>(state, "state", problems);
        var kinds = Choice.Read<RunKind>(kind, "kind", problems);
        var sorts = Choice.Read<RunSort>(sort, "sort", problems);
        if (PageSize.Check(limit) is { } problem)
        {
            problems.Add(problem);
        }

        if (archived is not (null or "" or "true" or "false" or "any"))
        {
            problems.Add(new("archived", "Give true, false or any."));
        }

        if (problems.Count > 0)
        {
            return ApiProblems.Of(problems);
        }

        var filter = new RunFilter(
            states, kinds.Count == 1 ? kinds[0] : null, owner, q, dataset, archived == "any" ? null : archived == "true", tag,
            starred == true ? user.ToPerson().Id : null, sorts.Count > 0 ? sorts[0] : RunSort.Newest, cursor, limit ?? 50);
        return TypedResults.Ok(await runs.ListAsync(filter, stop));
    }

    private static async Task<IResult> GetAsync(RunQueries runs, long id, CancellationToken stop) =>
        await runs.GetAsync(id, stop) is { } run ? TypedResults.Ok(run) : NoRun(id);

    private static async Task<IResult> ChangeAsync(
        RunCuration curation, CurationLimits limits, RunQueries runs, ClaimsPrincipal user, long id, JsonElement body,
        CancellationToken stop)
    {
        var problems = new List<FieldProblem>();
        var change = RunPatch.Read(body, limits, problems);
        if (problems.Count > 0)
        {
            return ApiProblems.Of(problems);
        }

        var outcome = await curation.ChangeAsync(id, change, user.ToPerson(), stop);
        return outcome.IsDone ? await GetAsync(runs, id, stop) : ApiProblems.Of(outcome);
    }

    private static async Task<IResult> DeleteAsync(
        RunDeletion deletion, ClaimsPrincipal user, long id, CancellationToken stop)
    {
        var outcome = await deletion.DeleteAsync(id, user.ToPerson(), stop);
        return outcome.IsDone ? TypedResults.NoContent() : ApiProblems.Of(outcome);
    }

    private static async Task<IResult> RestoreAsync(
        RunDeletion deletion, RunQueries runs, ClaimsPrincipal user, long id, CancellationToken stop)
    {
        var outcome = await deletion.RestoreAsync(id, user.ToPerson(), stop);
        return outcome.IsDone ? await GetAsync(runs, id, stop) : ApiProblems.Of(outcome);
    }

    private static async Task<IResult> StarAsync(
        RunCuration curation, RunQueries runs, ClaimsPrincipal user, long id, bool on, CancellationToken stop)
    {
        var outcome = await curation.StarAsync(id, on, user.ToPerson(), stop);
        return outcome.IsDone ? await GetAsync(runs, id, stop) : ApiProblems.Of(outcome);
    }

    private static async Task<IResult> SubmitAsync(
        RunIntake intake, ClaimsPrincipal user, JsonElement body, CancellationToken stop)
    {
        var problems = new List<FieldProblem>();
        var request = SubmitRun.Read(body, problems);
        if (request is null)
        {
            return ApiProblems.Of(problems);
        }

        var result = await intake.EnqueueAsync(request.Kind, request.Name, request.Spec, user.ToPerson(), stop);
        return Answer(result);
    }

    /// <summary>The run that was queued, or why it was not.</summary>
    internal static IResult Answer(IntakeResult result) =>
        result.RunId is { } id ? TypedResults.Created(
            Addresses.RunApi(id), new RunCreated(id) { Warnings = result.Warnings })
        : result.IsOverQuota ? ApiProblems.Of(QueueOutcome.OverQuota(result.Problems[0].Message))
        : ApiProblems.Of(result.Problems);

    private static async Task<IResult> CloneAsync(
        RunQueue queue, ClaimsPrincipal user, long id, CloneRequest? body, CancellationToken stop)
    {
        if (body?.Name is { } name && RunIntake.CheckName(name.Trim()) is not null)
        {
            return ApiProblems.Of(
                "name", $"Give a name of 1 to {RunIntake.LongestName} characters in one line, or none to keep the old one.");
        }

        var outcome = await queue.CloneAsync(id, user.ToPerson(), body?.Name?.Trim(), stop);
        return outcome.IsDone
            ? TypedResults.Created(Addresses.RunApi(outcome.RunId!.Value), new RunCreated(outcome.RunId.Value))
            : ApiProblems.Of(outcome);
    }

    private static async Task<IResult> MoveAsync(
        RunQueue queue, RunQueries runs, ClaimsPrincipal user, long id, MoveRequest body, CancellationToken stop)
    {
        if (body.Before is null == (body.To != "top"))
        {
            return ApiProblems.Of("before", "Give either {\"before\": <run id>} or {\"to\": \"top\"}.");
        }

        var outcome = await queue.MoveAsync(id, user.ToPerson(), body.Before, stop);
        return outcome.IsDone ? await GetAsync(runs, id, stop) : ApiProblems.Of(outcome);
    }

    private static void Act(
        RouteGroupBuilder group, string verb, string summary,
        Func<RunQueue, long, Person, CancellationToken, Task<QueueOutcome>> action) =>
        group.MapPost(
            $"{{id:long}}/{verb}",
            async (RunQueue queue, RunQueries runs, ClaimsPrincipal user, long id, CancellationToken stop) =>
            {
                var outcome = await action(queue, id, user.ToPerson(), stop);
                return outcome.IsDone ? await GetAsync(runs, id, stop) : ApiProblems.Of(outcome);
            })
            .RequireAuthorization(Policies.Member).WithSummary(summary).Produces<RunItem>()
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

    internal static IResult NoRun(long id) => ApiProblems.NotFound($"There is no run {id}.");
}
