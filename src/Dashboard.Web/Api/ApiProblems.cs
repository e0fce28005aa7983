using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats;
using Dashboard.Storage.Queue;
using Dashboard.Web.Uploads;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dashboard.Web.Api;

/// <summary>Errors as RFC 9457 problem details that name the field and the remedy.</summary>
public static class ApiProblems
{
    /// <summary>Problems that one answer names; of the rest it gives the number.</summary>
    public const int Most = 20;

    private const int LongestField = 200;

    /// <summary>400 with <c>errors</c> by field.</summary>
    public static ValidationProblem Of(IReadOnlyCollection<FieldProblem> problems) =>
        TypedResults.ValidationProblem(ByField(problems), title: "The request has fields that cannot be accepted.");

    public static ValidationProblem Of(string field, string message) => Of([new FieldProblem(field, message)]);

    /// <summary>413: more than this field or body may have.</summary>
    public static ProblemHttpResult TooLarge(string field, string message) =>
        Of(new UploadRefusedException(field, message, StatusCodes.Status413PayloadTooLarge));

    /// <summary>What was refused while its request was read.</summary>
    public static ProblemHttpResult Of(UploadRefusedException refused) =>
        TypedResults.Problem(new HttpValidationProblemDetails(
            new Dictionary<string, string[]> { [refused.Field] = [refused.Message] })
        {
            Status = refused.Status,
            Title = "The upload was refused.",
        });

    public static ProblemHttpResult NotFound(string what) =>
        TypedResults.Problem(what, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    /// <summary>What the queue answered, where it did not do what was wished.</summary>
    public static ProblemHttpResult Of(QueueOutcome outcome) => outcome.Result switch
    {
        QueueResult.NotFound => NotFound(outcome.Reason!),
        QueueResult.NotAllowed =>
            TypedResults.Problem(outcome.Reason, statusCode: StatusCodes.Status403Forbidden, title: "Not allowed"),
        QueueResult.OverQuota =>
            TypedResults.Problem(outcome.Reason, statusCode: StatusCodes.Status429TooManyRequests, title: "Too much is waiting"),
        _ => TypedResults.Problem(outcome.Reason, statusCode: StatusCodes.Status409Conflict, title: "Not possible now"),
    };

    private static Dictionary<string, string[]> ByField(IReadOnlyCollection<FieldProblem> problems)
    {
        var named = problems.Take(Most).Select(p => new FieldProblem(StoredText.Line(p.Field, LongestField), p.Message)).ToList();
        if (problems.Count > Most)
        {
            named.Add(new FieldProblem(
                named[^1].Field, string.Create(CultureInfo.InvariantCulture, $"and {problems.Count - Most:N0} more problems.")));
        }

        return named.GroupBy(p => p.Field).ToDictionary(field => field.Key, field => field.Select(p => p.Message).ToArray());
    }
}

/// <summary>A parameter or body that cannot be read is the caller's mistake: 400 with the parameter's name.</summary>
internal sealed partial class BadRequestProblems(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
        {
            return false;
        }

        httpContext.Response.StatusCode = bad.StatusCode;
        var parameter = Parameter().Match(bad.Message);
        var (field, message) = bad.InnerException is JsonException json
            ? Explain(json)
            : (parameter.Success ? parameter.Groups[1].Value : "body", bad.Message);
        var written = await problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new HttpValidationProblemDetails(new Dictionary<string, string[]> { [field] = [message] })
            {
                Status = bad.StatusCode,
                Title = "The request cannot be read.",
            },
        });
        if (!written)
        {
            // The caller takes no JSON.
            httpContext.Response.ContentType = "text/plain; charset=utf-8";
            await httpContext.Response.WriteAsync($"{field}: {message}", cancellationToken);
        }

        return true;
    }

    /// <summary>Names the field of a body that is JSON, but not what its type asks for.</summary>
    internal static (string Field, string Message) Explain(JsonException wrong) =>
    (
        wrong.Path?.TrimStart('$').TrimStart('.') is { Length: > 0 } path ? StoredText.Line(path, 200) : "body",
        "The value has the wrong type or is out of its range. /openapi/v1.json describes what belongs here."
    );

    // "Failed to bind parameter "int limit" from "abc"."
    [GeneratedRegex("parameter \"\\S+ (\\w+)\"")]
    private static partial Regex Parameter();
}
