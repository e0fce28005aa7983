using Dashboard.Storage.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Storage.Datasets;

public static class DatasetServices
{
    /// <summary>Data sets, on top of <see cref="StorageServices.AddDashboardStorage"/>.</summary>
    public static IServiceCollection AddDatasets(this IServiceCollection services) => services
        .AddSingleton<DatasetFiles>()
        .AddSingleton<DatasetQueries>()
        .AddSingleton<DatasetPictures>()
        .AddSingleton<DatasetFeed>()
        .AddSingleton<DatasetStore>();

    /// <summary>Tells every <see cref="DatasetFeed"/>, once the transaction commits, that a data set changed.</summary>
    internal static Task NotifyDatasetAsync(this NpgsqlConnection connection, long id, CancellationToken stop) =>
        connection.Command("SELECT pg_notify(@channel, @id::text)", ("channel", ChangeFeed.Datasets), ("id", id))
            .ExecuteAsync(stop);
}
