using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs.Curation;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Limits;

internal static class LimitServices
{
    /// <summary>What people may have, and the look at what has no row or no file.</summary>
    public static void AddLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>()
            .BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new Quotas
        {
            WaitingRuns = provider.GetRequiredService<IOptions<LimitOptions>>().Value.WaitingRunsPerPerson,
        });
        services.AddSingleton(provider =>
        {
            var limits = provider.GetRequiredService<IOptions<LimitOptions>>().Value;
            return new CurationLimits
            {
                TagsPerRun = limits.TagsPerRun,
                LongestNotes = limits.LongestNotes,
                KeepDeleted = TimeSpan.FromHours(limits.KeepDeletedHours),
            };
        });
        services.AddSingleton<UploadAllowance>();
        services.AddHostedService<RunRemoval>();
        services.AddSingleton<OrphanCheck>();
        services.AddHostedService(provider => provider.GetRequiredService<OrphanCheck>());
    }
}
