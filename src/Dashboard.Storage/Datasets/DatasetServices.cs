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
        .AddSingleton<DatasetLabelling>()
        .AddSingleton<DatasetFeed>()
        .AddSingleton<DatasetStore>();

    /// <summary>Tells every <see cref="DatasetFeed"/>, once the transaction commits, that a data set changed.</summary>
    internal static Task NotifyDatasetAsync(this NpgsqlConnection connection, long id, CancellationToken stop) =>
        connection.Command("SELECT pg_notify(@channel, @id::text)", ("channel", ChangeFeed.Datasets), ("id", id))
            .ExecuteAsync(stop);

    /// <summary>Whether a run was made from a data set, whatever became of it.</summary>
    internal static Task<bool> DatasetIsUsedAsync(this NpgsqlConnection connection, long id, CancellationToken stop) =>
        connection.Command("SELECT EXISTS (SELECT 1 FROM runs WHERE dataset_id = @id)", ("id", id)).ScalarAsync<bool>(stop);
}
