using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Data.Drawing;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Data.Oxford;
using Dashboard.Engine.Imaging;
using Dashboard.Formats;
using Dashboard.Formats.Zip;
using Dashboard.Storage.Datasets;
using Npgsql;

namespace Dashboard.Worker.Imports;

/// <summary>
/// Imports one data set: what the engine finds goes to Postgres, the images into the artifact folder. In the end both stay or
/// neither.
/// </summary>
internal sealed class ImportJob(NpgsqlDataSource source, DatasetFiles files, DatasetStore book)
{
    private static readonly TimeSpan PatienceWithPredecessor = TimeSpan.FromSeconds(40);

    /// <returns>The exit code: 0 when the import is done, or when it failed and the reason is in Postgres.</returns>
    public async Task<int> RunAsync(long id, CancellationToken stop)
    {
        await using var imports = await ImportLock.TryTakeAsync(source, id, PatienceWithPredecessor, stop);
        var recorder = new DatasetRecorder(source, id);
        if (imports is null || await recorder.StartAsync(stop) is not { } from)
        {
            return 0;
        }

        try
        {
            await ImportOrFailAsync(id, from, recorder, stop);
        }
        catch (DatasetGoneException)
        {
            // Deleted during the import.
            files.Remove(id);
        }

        return 0;
    }

    private async Task ImportOrFailAsync(long id, DatasetSource from, DatasetRecorder recorder, CancellationToken stop)
    {
        try
        {
            await ImportAsync(id, from, recorder, stop);
        }
        catch (Exception e) when (Explain(e) is { } reason)
        {
            await recorder.FlushAsync(CancellationToken.None);
            await book.FailAsync(id, reason, CancellationToken.None);
        }
    }

    private async Task ImportAsync(long id, DatasetSource from, DatasetRecorder recorder, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var done = await new DatasetImport(
            files.Folder(id), new ImageLimits(), Rendering.Current with { Background = from.Background ?? Rendering.White })
            .RunAsync(
            Open(id, from, http),
            found => found switch
            {
                ImportedImage image => recorder.AddImageAsync(Row(id, image), stop),
                ImportFindings names => Found(recorder, names),
                SkippedEntry entry => recorder.AddProblemAsync(entry.Name, entry.Reason, stop),
                ImportProgress progress => recorder.ReportAsync(progress.Fraction, progress.Phase, stop),
                _ => ValueTask.CompletedTask,
            },
            stop);
        var heldOut = done.Images.Index().Where(image => image.Item.Validation).Select(image => image.Index).ToArray();
        await recorder.CompleteAsync(heldOut, done.LabelCount, done.Bytes, done.Fingerprint, stop);
        files.RemoveSources(id);
    }

    private static DatasetImage Row(long id, ImportedImage image) => new()
    {
        DatasetId = id, Index = image.Index, Name = image.Name, Label = image.Label, Validation = false, Width = image.Width,
        Height = image.Height, Thumbnail = image.Thumbnail, IsTransparent = image.IsTransparent, IsAnimated = image.IsAnimated,
        Hash = image.Hash, LeftOut = image.IsLeftOut,
    };

    private static ValueTask Found(DatasetRecorder recorder, ImportFindings names)
    {
        recorder.Found(names.Findings);
        return ValueTask.CompletedTask;
    }

    private IImageSource Open(long id, DatasetSource from, HttpClient http) => from switch
    {
        DrawnSource drawn => new DrawnFlowers(drawn.Count, drawn.Size, drawn.Seed),
        ZipSource => new ZipImport(files.Upload(id), new ArchiveLimits(), from.Labels),
        FolderSource folder => new FolderImport(folder.Path, new ArchiveLimits(), from.Labels),
        OxfordSource oxford => new OxfordFlowers(
            http,
            oxford.Mirror is null ? new OxfordOptions() : new OxfordOptions { BaseAddress = oxford.Mirror },
            files.Downloads(id)),
        _ => throw new ImportRefusedException($"This worker can't import a {from.Kind}. Update it."),
    };

    /// <summary>A reason for a person; null for a fault of the program, which ends the process with its stack trace.</summary>
    private static string? Explain(Exception e) => e switch
    {
        ImportRefusedException => e.Message,
        FileNotFoundException =>
            "The upload is not on this worker's disk. All workers must share the dashboard's artifact folder.",
        IOException full when FullDisk.Caused(full) =>
            "The disk is full. Free some space in the dashboard's artifact folder, then import again.",
        IOException or UnauthorizedAccessException => $"The files could not be read or written: {e.Message}",
        _ => null,
    };
}
