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
        .AddSingleton<DatasetBook>();

    /// <summary>Tells every listening process, once the transaction commits, that something happened to a data set.</summary>
    internal static Task NotifyDatasetAsync(this NpgsqlConnection connection, long id, CancellationToken stop) =>
        connection.Command("SELECT pg_notify('datasets', @id::text)", ("id", id)).ExecuteAsync(stop);
}
