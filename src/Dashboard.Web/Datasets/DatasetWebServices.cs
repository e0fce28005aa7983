using Dashboard.Web.Uploads;

namespace Dashboard.Web.Datasets;

internal static class DatasetWebServices
{
    /// <summary>What the pages and endpoints of data sets need, and the first data set.</summary>
    public static void AddDatasetPages(this IServiceCollection services)
    {
        services.AddOptions<DatasetOptions>()
            .BindConfiguration(DatasetOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<FolderRoots>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<DatasetIntake>();
        services.AddHostedService<DatasetSeeder>();
    }
}
