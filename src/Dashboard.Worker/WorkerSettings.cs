using Microsoft.Extensions.Configuration;

namespace Dashboard.Worker;

/// <summary>Where the team's Postgres and artifacts are.</summary>
internal sealed record WorkerSettings(string ConnectionString, string ArtifactFolder)
{
    /// <exception cref="InvalidOperationException">One of the two is not set.</exception>
    public static WorkerSettings Read(IConfiguration configuration) => new(
        configuration.GetConnectionString("Dashboard")
            ?? throw new InvalidOperationException(
                "ConnectionStrings__Dashboard is not set. It must hold the connection string of the dashboard's Postgres."),
        configuration["Dashboard:Artifacts"]
            ?? throw new InvalidOperationException(
                "Dashboard__Artifacts is not set. It must name the folder that all workers and the dashboard share."));

    /// <summary>What <see cref="FromEnvironment"/> reads, for a child.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["ConnectionStrings__Dashboard"] = ConnectionString, ["Dashboard__Artifacts"] = ArtifactFolder,
    };

    public static WorkerSettings FromEnvironment() => Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
}
