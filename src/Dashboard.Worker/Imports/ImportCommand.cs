using System.CommandLine;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Npgsql;

namespace Dashboard.Worker.Imports;

/// <summary><c>import</c>: the process that imports one data set. A process of its own, because images are decoded by native code.</summary>
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
            return await new ImportJob(source, files, new DatasetBook(source, files)).RunAsync(arguments.GetValue(dataset), ended.Token);
        });
        return command;
    }
}
