using Dashboard.Storage.Runs;
using Dashboard.Web.NewRun;
using Dashboard.Web.Runs;
using Dashboard.Web.Weights;

namespace Dashboard.Web.Shared;

/// <summary>What pages are made of.</summary>
public static class PageServices
{
    public static IServiceCollection AddPages(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<LiveQueries>();
        services.AddScoped<PresentRun>();
        services.AddScoped<RunDeleter>();
        services.AddSingleton<RunIntake>();
        services.AddSingleton<WeightsIntake>();
        services.AddSingleton<DatasetCards>();
        return services;
    }
}
