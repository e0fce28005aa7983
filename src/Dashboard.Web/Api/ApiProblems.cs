using System.Text.RegularExpressions;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Queue;
using Dashboard.Web.Uploads;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dashboard.Web.Api;

/// <summary>Errors as RFC 9457 problem details that name the field and the remedy.</summary>
public static class ApiProblems
{
    /// <summary>400 with <c>errors</c> by field.</summary>
    public static ValidationProblem Of(IEnumerable<FieldProblem> problems) =>
        TypedResults.ValidationProblem(
            problems.GroupBy(p => p.Field).ToDictionary(field => field.Key, field => field.Select(p => p.Message).ToArray()),
            title: "The request has fields that cannot be accepted.");

    public static ValidationProblem Of(string field, string message) => Of([new FieldProblem(field, message)]);

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
        _ => TypedResults.Problem(outcome.Reason, statusCode: StatusCodes.Status409Conflict, title: "Not possible now"),
    };
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
        var field = parameter.Success ? parameter.Groups[1].Value : "body";
        var message = bad.InnerException is System.Text.Json.JsonException json ? json.Message : bad.Message;
        return await problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new HttpValidationProblemDetails(new Dictionary<string, string[]> { [field] = [message] })
            {
                Status = bad.StatusCode,
                Title = "The request cannot be read.",
            },
        });
    }

    // "Failed to bind parameter "int limit" from "abc"."
    [GeneratedRegex("parameter \"\\S+ (\\w+)\"")]
    private static partial Regex Parameter();
}
