using System.CommandLine;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Npgsql;

namespace Dashboard.Worker.Imports;

/// <summary>
/// <c>import</c>, <c>label</c> and <c>hash</c>: look after one data set, in a process of its own because native code decodes the
/// images.
/// </summary>
internal static class ImportCommand
{
    public static IEnumerable<Command> Create() =>
    [
        Create("import", "Imports the images of a data set.", (source, files, id, stop) =>
            new ImportJob(source, files, new DatasetStore(source, files)).RunAsync(id, stop)),
        Create("label", "Gives the images of a data set the labels that a person chose.", (source, files, id, stop) =>
            new LabelJob(source, files).RunAsync(id, stop)),
        Create("hash", "Gives the images of a data set perceptual hashes.", (source, files, id, stop) =>
            new HashJob(source, files).RunAsync(id, stop)),
    ];

    private static Command Create(
        string verb, string description, Func<NpgsqlDataSource, DatasetFiles, long, CancellationToken, Task<int>> run)
    {
        var dataset = new Option<long>("--dataset") { Description = "The data set's number.", Required = true };
        var watch = new Option<bool>("--watch-stdin") { Description = "Stop when standard input closes." };
        var command = new Command(verb, $"{description} Started by serve.") { dataset, watch };
        command.SetAction(async (arguments, stop) =>
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(
                stop, arguments.GetValue(watch) ? StandardInput.Ended() : CancellationToken.None);
            var settings = WorkerSettings.FromEnvironment();
            await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
            return await run(
                source, new DatasetFiles(new ArtifactFiles(settings.ArtifactFolder)), arguments.GetValue(dataset), ended.Token);
        });
        return command;
    }
}
