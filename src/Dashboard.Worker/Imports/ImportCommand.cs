using System.CommandLine;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Npgsql;

namespace Dashboard.Worker.Imports;

/// <summary><c>import</c>: imports one data set, in a process of its own because native code decodes the images.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var dataset = new Option<long>("--dataset") { Description = "The data set's number.", Required = true };
        var watch = new Option<bool>("--watch-stdin") { Description = "Stop when standard input closes." };
        var command = new Command("import", "Imports the images of a data set. Started by serve.") { dataset, watch };
        command.SetAction(async (arguments, stop) =>
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(
                stop, arguments.GetValue(watch) ? StandardInput.Ended() : CancellationToken.None);
            var settings = WorkerSettings.FromEnvironment();
            await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
            var files = new DatasetFiles(new ArtifactFiles(settings.ArtifactFolder));
            var job = new ImportJob(source, files, new DatasetStore(source, files));
            return await job.RunAsync(arguments.GetValue(dataset), ended.Token);
        });
        return command;
    }
}
