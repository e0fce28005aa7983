using Dashboard.Web.Datasets;
using Dashboard.Web.Gallery;
using Dashboard.Web.Health;
using Dashboard.Web.Runs;
using Dashboard.Web.Security;
using Dashboard.Web.Shared;
using Dashboard.Web.Weights;
using Dashboard.Web.Workers;
using Hangfire;

namespace Dashboard.Web.Hosting;

/// <summary>What happens to a request, and where each path leads.</summary>
internal static class DashboardPipeline
{
    public static void UseDashboard(this WebApplication app)
    {
        app.UseKnownProxies();
        app.UseSecurityHeaders();
        app.UseWhen(context => MachinePaths.Contains(context.Request.Path), branch =>
        {
            branch.UseExceptionHandler();
            branch.UseStatusCodePages();
        });
        app.UseWhen(context => !MachinePaths.Contains(context.Request.Path), branch =>
        {
            branch.UseExceptionHandler(Addresses.Error, createScopeForErrors: true);
            branch.UseStatusCodePagesWithReExecute(Addresses.Missing, createScopeForStatusCodePages: true);
        });
        // Here and not at the start, where it would be by itself: the pages above are routed to as well.
        app.UseRouting();
        app.Use(AnswerUnknownPage);
        app.UseSameOrigin();
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseReadableRequests();
        app.UseReadableJobs();
        app.UseAntiforgery();
    }

    /// <summary>Nobody has to sign in to learn that there is no such page.</summary>
    private static Task AnswerUnknownPage(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not null || MachinePaths.Contains(context.Request.Path))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    public static void MapDashboard(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous();
        app.MapHealthEndpoints();
        app.MapMetricsEndpoint();
        app.MapRunEndpoints();
        app.MapRunExport();
        app.MapRunOutputEndpoints();
        app.MapWeightsEndpoints();
        app.MapGalleryEndpoints();
        app.MapDatasetEndpoints();
        app.MapWorkerEndpoints();
        app.MapHub<RunHub>(Addresses.RunHub);
        app.MapOpenApi();
        app.MapHangfireDashboardWithAuthorizationPolicy(Policies.Admin, Addresses.Jobs, new Hangfire.DashboardOptions
        {
            DisplayStorageConnectionString = false,
            DashboardTitle = "Jobs of the Diffusion Dashboard",
        });
        // SecurityHeaders says who may frame a page; Blazor would add a second, laxer policy.
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
    }
}
