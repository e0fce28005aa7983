using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Storage.Runs.Recording;
using Dashboard.Storage.Runs.Table;
using Dashboard.Storage.Workers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Storage;

public static class StorageServices
{
    /// <summary>
    /// Everything that reads and writes the team's Postgres and artifact folder: data source, context factory (and a scoped
    /// <see cref="DashboardContext"/> for Identity), queue, queries, feed.
    /// </summary>
    public static IServiceCollection AddDashboardStorage(
        this IServiceCollection services, string connectionString, string artifactFolder)
    {
        services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
        services.AddDbContextFactory<DashboardContext>(
            (provider, options) => options.UseDashboard(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton(new ArtifactFiles(artifactFolder));
        services.AddSingleton<RunQueue>();
        services.AddSingleton<ImportedWeights>();
        services.AddSingleton<UsageQueries>();
        services.AddSingleton<Orphans>();
        services.AddSingleton<RunCuration>();
        services.AddSingleton<RunDeletion>();
        services.AddSingleton<RunLeases>();
        services.AddSingleton<RunRewind>();
        services.AddSingleton<RunQueries>();
        services.AddSingleton<RunTable>();
        services.AddSingleton<GalleryQueries>();
        services.AddSingleton<CheckpointKeeper>();
        services.AddSingleton<WorkerDirectory>();
        services.AddSingleton<MeasuredSpeeds>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<PasswordGuesses>();
        services.AddSingleton<ApiTokens>();
        services.AddSingleton<ResetLinks>();
        services.AddSingleton<RightsTurn>();
        services.AddDatasets();
        services.AddSingleton<RunFeed>();
        services.AddSingleton<ChangeFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        return services;
    }

    /// <summary>Postgres with the names and the migrations of this program.</summary>
    public static DbContextOptionsBuilder UseDashboard(this DbContextOptionsBuilder options, NpgsqlDataSource source) =>
        options
            .UseNpgsql(source, npgsql => npgsql.MigrationsAssembly("Dashboard.Migrations"))
            .UseSnakeCaseNamingConvention();
}
