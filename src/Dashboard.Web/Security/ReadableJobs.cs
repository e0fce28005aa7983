using Dashboard.Web.Api;
using Dashboard.Web.Shared;
using Npgsql;

namespace Dashboard.Web.Security;

/// <summary>Hangfire's pages fail on addresses and forms that they can't read; here those are the caller's mistake.</summary>
internal static class ReadableJobs
{
    public static IApplicationBuilder UseReadableJobs(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (Exception unread) when (IsUnread(context, unread))
        {
            await ApiProblems.Of("path", "There is no such page of jobs, or it can't be asked like this. Start at /admin/jobs.")
                .ExecuteAsync(context);
        }
    });

    private static bool IsUnread(HttpContext context, Exception failure) =>
        context.Request.Path.StartsWithSegments(Addresses.Jobs) && !context.Response.HasStarted
        && failure is InvalidOperationException or FormatException or ArgumentException or OverflowException
            or PostgresException { SqlState: ['2', '2', ..] };
}
