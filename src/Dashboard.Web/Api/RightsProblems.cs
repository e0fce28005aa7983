using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Diagnostics;

namespace Dashboard.Web.Api;

/// <summary>Rights that ended after the request was let in: 403.</summary>
internal sealed class RightsProblems(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not RightsEndedException)
        {
            return false;
        }

        httpContext.Response.StatusCode = StatusCodes.Status403Forbidden;
        return await problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new() { Status = StatusCodes.Status403Forbidden, Title = "Not allowed", Detail = exception.Message },
        });
    }
}
