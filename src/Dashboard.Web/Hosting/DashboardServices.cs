using Dashboard.Storage;
using Dashboard.Storage.Queue;
using Dashboard.Web.Accounts;
using Dashboard.Web.Api;
using Dashboard.Web.Datasets;
using Dashboard.Web.Limits;
using Dashboard.Web.Security;
using Dashboard.Web.Shared;
using Hangfire;
using Hangfire.PostgreSql;
using MudBlazor.Services;

namespace Dashboard.Web.Hosting;

/// <summary>What the dashboard is made of.</summary>
internal static class DashboardServices
{
    /// <summary>Longer than a worker is given to write its checkpoint.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(40);

    public static void AddDashboard(this IServiceCollection services, DashboardHome home)
    {
        services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        services.AddSingleton(home);
        services.AddDashboardStorage(home.ConnectionString, home.ArtifactFolder);
        services.AddHangfire(hangfire => hangfire
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(postgres => postgres.UseNpgsqlConnection(home.ConnectionString), TicketOffice.StorageOptions));

        services.AddAccounts();
        services.AddSignInLimit();
        services.AddKnownProxies();
        // reconnect.js takes a page for cut off after three of these.
        services.AddRazorComponents().AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.KeepAliveInterval = TimeSpan.FromSeconds(4));
        services.AddMudServices();
        services.AddPages();
        services.AddDatasetPages();
        services.AddLimits();

        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.AddSignalR().AddJsonProtocol(json => ApiJson.Configure(json.PayloadSerializerOptions));
        services.AddProblemDetails();
        services.AddExceptionHandler<BadRequestProblems>();
        services.AddExceptionHandler<RightsProblems>();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddApiDocument();

        // Registered after everything that runs in this process, so it is stopped first among those, but after Kestrel.
        services.AddHostedService<LocalWorkers>();
    }
}
