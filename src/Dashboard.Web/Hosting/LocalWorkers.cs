using Microsoft.Extensions.Options;

namespace Dashboard.Web.Hosting;

/// <summary>Keeps the workers of the one-command mode: one for each GPU of this machine, or one.</summary>
internal sealed class LocalWorkers(IOptions<DashboardOptions> options, DashboardHome home, ILoggerFactory logs) : IHostedService
{
    private readonly ILogger log = logs.CreateLogger<LocalWorkers>();
    private readonly List<LocalWorker> workers = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var gpus = Gpus();
        var count = options.Value.LocalWorkers < 0 ? Math.Max(1, gpus) : options.Value.LocalWorkers;
        var program = Program(options.Value);
        if (count > 0 && !File.Exists(program))
        {
            log.LogWarning("No worker starts here: {Program} is not built. `bash src/run.sh` builds it", program);
            return Task.CompletedTask;
        }

        for (var index = 0; index < count; index++)
        {
            var environment = new Dictionary<string, string>
            {
                // By environment: a command line can be read by everybody on the machine.
                ["ConnectionStrings__Dashboard"] = home.ConnectionString,
                ["Dashboard__Artifacts"] = home.ArtifactFolder,
            };
            if (gpus > 1)
            {
                environment["CUDA_VISIBLE_DEVICES"] = $"{index % gpus}";
            }

            var logPath = Path.Combine(home.LogFolder, $"worker-{index + 1}.log");
            workers.Add(new LocalWorker(program, environment, logPath, logs.CreateLogger<LocalWorker>()));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));

    /// <summary>GPUs that the NVIDIA driver shows: /dev/nvidia0, /dev/nvidia1, …</summary>
    private static int Gpus() =>
        Directory.EnumerateFiles("/dev", "nvidia*").Count(path => int.TryParse(Path.GetFileName(path)["nvidia".Length..], out _));

    private static string Program(DashboardOptions options)
    {
        if (options.WorkerProgram.Length > 0)
        {
            return Path.GetFullPath(options.WorkerProgram);
        }

        // Built side by side: …/Dashboard.Web/bin/Release/net10.0 and …/Dashboard.Worker/bin/Release/net10.0.
        var web = AppContext.BaseDirectory;
        var published = Path.Combine(web, "worker", "Dashboard.Worker.dll");
        return File.Exists(published)
            ? published
            : Path.Combine(web.Replace("Dashboard.Web", "Dashboard.Worker", StringComparison.Ordinal), "Dashboard.Worker.dll");
    }
}
