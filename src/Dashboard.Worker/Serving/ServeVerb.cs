using System.CommandLine;
using Dashboard.Migrations;
using Dashboard.Storage;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Worker.Arithmetic;
using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Worker.Serving;

/// <summary><c>serve</c>: takes runs from the team's queue until it is told to stop. Its children load libtorch.</summary>
internal static class ServeVerb
{
    /// <summary>A child gets this long to write its checkpoint when the worker stops.</summary>
    public static readonly TimeSpan LeaveGrace = TimeSpan.FromSeconds(15);

    public static Command Create()
    {
        var watch = new Option<bool>("--watch-stdin")
        {
            Description = "Stop when standard input closes, as it also does when the process that started this one dies.",
        };
        var command = new Command("serve", "Takes runs from the queue and works on them.") { watch };
        command.SetAction((parsed, stop) => ServeAsync(parsed.GetValue(watch), stop));
        return command;
    }

    private static async Task<int> ServeAsync(bool watchStdin, CancellationToken stop)
    {
        var builder = Host.CreateApplicationBuilder();
        WorkerSettings settings;
        try
        {
            settings = WorkerSettings.Read(builder.Configuration);
        }
        catch (InvalidOperationException unset)
        {
            await Console.Error.WriteLineAsync(unset.Message);
            return 1;
        }

        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Hangfire", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddDashboardStorage(settings.ConnectionString, settings.ArtifactFolder);
        builder.Services.AddSingleton(settings).AddSingleton<WorkerIdentity>().AddSingleton<WorkerArithmetic>();
        builder.Services.AddSingleton<RunSupervisor>().AddSingleton<SamplingChild>().AddSingleton<ITickets, Tickets>();
        builder.Services.AddHostedService<WorkerPulse>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = LeaveGrace + TimeSpan.FromSeconds(7));
        builder.Services.AddHangfire(hangfire => hangfire
            .UsePostgreSqlStorage(
                postgres => postgres.UseNpgsqlConnection(settings.ConnectionString), TicketOffice.StorageOptions)
            .UseFilter(new AutomaticRetryAttribute { Attempts = 0 }));
        // One server per queue, so that ten hours of training never delay a sampling run or an import.
        foreach (var queue in new[] { TicketOffice.TrainingQueue, TicketOffice.SamplingQueue, TicketOffice.ChoresQueue })
        {
            builder.Services.AddHangfireServer((_, server) =>
            {
                server.ServerName = $"{Environment.MachineName}:{Environment.ProcessId}:{queue}";
                server.Queues = [queue];
                server.WorkerCount = 1;
                server.CancellationCheckInterval = TimeSpan.FromSeconds(1);
                server.StopTimeout = LeaveGrace + TimeSpan.FromSeconds(3);
                server.ShutdownTimeout = LeaveGrace + TimeSpan.FromSeconds(5);
            });
        }

        using var host = builder.Build();
        if (watchStdin)
        {
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            lifetime.ApplicationStarted.Register(() => StandardInput.Ended().Register(lifetime.StopApplication));
        }

        await WaitForPostgresAsync(host.Services, stop);
        await host.RunAsync(stop);
        return 0;
    }

    /// <summary>Postgres may start after its workers.</summary>
    private static Task WaitForPostgresAsync(IServiceProvider services, CancellationToken stop)
    {
        var contexts = services.GetRequiredService<IDbContextFactory<DashboardContext>>();
        var source = services.GetRequiredService<NpgsqlDataSource>();
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServeVerb));
        return WhilePostgresIsAway.RetryAsync(
            () => DashboardMigrations.ApplyAsync(contexts, source, stop),
            TimeSpan.FromMinutes(1),
            (failure, _) => log.LogWarning("Postgres does not answer yet: {Reason}", failure.Message),
            stop: stop);
    }
}
