using System.Text.Json;
using Dashboard.Engine.Data;
using Dashboard.Formats;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Datasets;
using Npgsql;

namespace Dashboard.Worker.Imports;

/// <summary>Gives the images of one data set the labels that a person chose: its rows and its pack's index, or neither.</summary>
internal sealed class LabelJob(NpgsqlDataSource source, DatasetFiles files)
{
    private static readonly TimeSpan PatienceWithPredecessor = TimeSpan.FromSeconds(40);

    /// <returns>The exit code: 0 when the change is made, or when it failed and the reason is in Postgres.</returns>
    public async Task<int> RunAsync(long id, CancellationToken stop)
    {
        await using var chore = await ImportLock.TryTakeAsync(source, id, PatienceWithPredecessor, stop);
        var recorder = new LabelRecorder(source, id);
        try
        {
            // Somebody may want something else meanwhile; then that is done.
            while (chore is not null && await recorder.StartAsync(stop) is { } change
                && !await TryAsync(id, change, recorder, stop))
            {
            }
        }
        catch (Exception e) when (Explain(e) is { } reason)
        {
            await recorder.FailAsync(reason, CancellationToken.None);
        }

        return 0;
    }

    private async Task<bool> TryAsync(long id, LabelChange change, LabelRecorder recorder, CancellationToken stop)
    {
        await recorder.ReportAsync(0.1, "reading the names", stop);
        var before = PackRelabelling.Of(files.Folder(id), change.Was, change.Was, change.HasFolders);
        var after = PackRelabelling.Of(files.Folder(id), change.Was, change.Wanted, change.HasFolders);
        await recorder.ReportAsync(0.5, "writing the labels", stop);
        var images = after.Images.Select((image, i) => new RelabelledImage(
            image.Name, image.Label, image.Validation,
            Changed(before.Labels.Images[i].Verdict, after.Labels.Images[i].Verdict)));
        var done = await recorder.CompleteAsync(
            change, [.. images], after.Labels.Findings, after.Fingerprint, after.Write, stop);
        if (done)
        {
            after.RemoveStaleCaches();
        }

        return done;
    }

    /// <summary>Null where the use of an image's label did not change, so that what a person chose for it stays.</summary>
    private static bool? Changed(FolderVerdict before, FolderVerdict after) =>
        before.IsLeftOut == after.IsLeftOut ? null : after.IsLeftOut;

    /// <summary>A reason for a person; null for a fault of the program, which ends the process with its stack trace.</summary>
    private static string? Explain(Exception e) => e switch
    {
        InvalidDataException => e.Message,
        JsonException => "The data set's index can't be read. Import the data set again.",
        IOException full when FullDisk.Caused(full) =>
            "The disk is full. Free some space in the dashboard's artifact folder, then try again.",
        IOException or UnauthorizedAccessException => $"The files could not be read or written: {e.Message}",
        _ => null,
    };
}
