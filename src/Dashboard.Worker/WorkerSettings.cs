using Microsoft.Extensions.Configuration;

namespace Dashboard.Worker;

/// <summary>Where the team's Postgres and artifacts are, from <c>ConnectionStrings__Dashboard</c> and <c>Dashboard__Artifacts</c>.</summary>
internal sealed record WorkerSettings(string ConnectionString, string ArtifactFolder)
{
    /// <exception cref="InvalidOperationException">One of the two is not set.</exception>
    public static WorkerSettings Read(IConfiguration configuration) => new(
        configuration.GetConnectionString("Dashboard")
            ?? throw new InvalidOperationException("ConnectionStrings__Dashboard is not set: it names the Postgres of the dashboard."),
        configuration["Dashboard:Artifacts"]
            ?? throw new InvalidOperationException("Dashboard__Artifacts is not set: it names the folder that all workers and the web share."));

    public static WorkerSettings FromEnvironment() => Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
}
