using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Dashboard.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dashboard.Worker.Executing;

/// <summary>
/// <c>execute</c>: the child that <c>serve</c> starts. It does one run, or with <c>--warm</c> each that its standard input names
/// (<c>run id attempt</c>), and answers <c>ended id attempt</c>.
/// </summary>
internal static class ExecuteVerb
{
    public static Command Create()
    {
        var run = new Option<long?>("--run") { Description = "The run." };
        var attempt = new Option<int?>("--attempt") { Description = "The attempt that the worker claimed." };
        var warm = new Option<bool>("--warm") { Description = "Take runs from the standard input, one after the other." };
        var command = new Command("execute", "Carries out a claimed run; started by serve.") { run, attempt, warm };
        command.SetAction(async (parsed, _) => (parsed.GetValue(run), parsed.GetValue(attempt)) switch
        {
            ({ } id, { } claimed) => await ExecuteOneAsync(id, claimed),
            _ when parsed.GetValue(warm) => await ExecuteManyAsync(),
            _ => throw new ArgumentException("either --run and --attempt or --warm is wanted"),
        });
        return command;
    }

    private static async Task<int> ExecuteOneAsync(long run, int attempt)
    {
        await using var services = Services();
        using var orders = new Orders();
        using var signals = new Signals(orders);
        using var stop = orders.Begin();
        return await services.GetRequiredService<RunExecution>().RunAsync(run, attempt, orders) ? 0 : 1;
    }

    private static async Task<int> ExecuteManyAsync()
    {
        await using var services = Services();
        using var orders = new Orders();
        using var signals = new Signals(orders);
        var execution = services.GetRequiredService<RunExecution>();
        await foreach (var line in orders.Runs.ReadAllAsync())
        {
            if (line.Split(' ') is not ["run", var id, var attempt])
            {
                continue;
            }

            using var stop = orders.Begin();
            if (!await execution.RunAsync(long.Parse(id, CultureInfo.InvariantCulture), int.Parse(attempt, CultureInfo.InvariantCulture), orders))
            {
                // After an error a fresh process serves the next run; its end says that this one is through.
                return 1;
            }

            await Console.Out.WriteLineAsync($"ended {id} {attempt}");
        }

        return 0;
    }

    private static ServiceProvider Services()
    {
        Engine.Devices.NativeMemory.KeepFreedPages();
        var settings = WorkerSettings.FromEnvironment();
        return new ServiceCollection()
            .AddLogging(logging => logging
                // The standard output is for answers.
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                .AddSimpleConsole(console => console.SingleLine = true)
                .SetMinimumLevel(LogLevel.Warning))
            .AddDashboardStorage(settings.ConnectionString, settings.ArtifactFolder)
            .AddSingleton<RunExecution>()
            .AddSingleton<TrainingExecution>()
            .AddSingleton<SamplingExecution>()
            .BuildServiceProvider();
    }

    /// <summary>Ctrl-C reaches the whole group of processes, but ending is the worker's to say; SIGTERM is taken as its word.</summary>
    private sealed class Signals(Orders orders) : IDisposable
    {
        private readonly PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        private readonly PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            orders.Give(Order.Leave);
        });

        public void Dispose()
        {
            interrupt.Dispose();
            terminate.Dispose();
        }
    }
}
