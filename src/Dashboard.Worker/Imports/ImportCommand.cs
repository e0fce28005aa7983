using System.CommandLine;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Dashboard.Worker.Imports;

/// <summary><c>import</c>: the process that imports one data set. A process of its own, because images are decoded by native code.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var dataset = new Option<long>("--dataset") { Description = "The data set's number.", Required = true };
        var watch = new Option<bool>("--watch-stdin") { Description = "End when standard input does." };
        var command = new Command("import", "Imports the images of a data set. Started by serve.") { dataset, watch };
        command.SetAction(async (arguments, stop) =>
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            if (arguments.GetValue(watch))
            {
                _ = EndWithStandardInputAsync(ended);
            }

            var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
            await using var source = NpgsqlDataSource.Create(configuration.GetConnectionString("Dashboard")
                ?? throw new InvalidOperationException("ConnectionStrings__Dashboard is not set."));
            var artifacts = new ArtifactFiles(configuration["Dashboard:Artifacts"]
                ?? throw new InvalidOperationException("Dashboard__Artifacts is not set."));
            var files = new DatasetFiles(artifacts);
            return await new ImportJob(source, files, new DatasetBook(source, files)).RunAsync(arguments.GetValue(dataset), ended.Token);
        });
        return command;
    }

    /// <summary>The worker holds the other end of this pipe; it closes however the worker ends.</summary>
    private static async Task EndWithStandardInputAsync(CancellationTokenSource ended)
    {
        await Task.Yield();
        using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        while (await input.ReadAsync(buffer) > 0)
        {
        }

        await ended.CancelAsync();
    }
}
