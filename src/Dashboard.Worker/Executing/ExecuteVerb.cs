using System.CommandLine;
using System.Runtime.InteropServices;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage;
using Dashboard.Storage.Queue;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dashboard.Worker.Executing;

/// <summary>
/// <c>execute</c>: the child that <c>serve</c> starts. It carries out the runs that its standard input names; see
/// <see cref="ChildProtocol"/>.
/// </summary>
internal static class ExecuteVerb
{
    public static Command Create()
    {
        var queue = new Argument<string>("queue") { Description = "The queue of its runs, so that ps tells the children apart." };
        queue.AcceptOnlyFromAmong(TicketOffice.TrainingQueue, TicketOffice.SamplingQueue);
        var command = new Command("execute", "Carries out claimed runs. Started by serve.") { queue };
        command.SetAction((_, _) => ExecuteAsync());
        return command;
    }

    private static async Task<int> ExecuteAsync()
    {
        await using var services = Services();
        using var commands = new CommandChannel();
        using var signals = new Signals(commands);
        StandardInput.Watch(commands.Hear, ended: () => commands.Give(RunCommand.Leave));
        var execution = services.GetRequiredService<RunExecution>();
        await foreach (var run in commands.Runs.ReadAllAsync())
        {
            using var stop = commands.Begin();
            if (!await execution.RunAsync(run, commands))
            {
                // After an error a fresh process takes the next run; this one's exit says that the run is over.
                return 1;
            }

            await Console.Out.WriteLineAsync(ChildProtocol.Ended(run));
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

    /// <summary>
    /// Ctrl-C reaches the whole process group, but only the worker decides when to stop. SIGTERM means
    /// <see cref="RunCommand.Leave"/>.
    /// </summary>
    private sealed class Signals(CommandChannel commands) : IDisposable
    {
        private readonly PosixSignalRegistration interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT, context => context.Cancel = true);

        private readonly PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            commands.Give(RunCommand.Leave);
        });

        public void Dispose()
        {
            interrupt.Dispose();
            terminate.Dispose();
        }
    }
}
