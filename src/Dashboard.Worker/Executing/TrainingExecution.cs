using System.Globalization;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Data;
using Dashboard.Engine.Metrics;
using Dashboard.Engine.Training;
using Dashboard.Formats;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Recording;

namespace Dashboard.Worker.Executing;

/// <summary>Drives the engine through a training run, from its last checkpoint if it has one.</summary>
internal sealed class TrainingExecution(
    ArtifactFiles files, RunRewind rewind, RunQueries queries, CheckpointKeeper keeper, DatasetStore datasets)
    : IDisposable
{
    private readonly TorchThread torch = new();

    public async Task RunAsync(Run run, RunRecorder recorder, CancellationToken stop)
    {
        var spec = StoredSpec.Training(run);
        var folder = files.RunFolder(run.Id);
        var last = Path.Combine(folder, ArtifactNames.LastCheckpoint);
        var resumeFrom = File.Exists(last) ? last : null;
        var leftOut = run.DatasetId is { } id ? await datasets.LeftOutAsync(id, stop) : [];
        using var images = await Task.Run(() => OpenImages(run, spec, recorder, leftOut, resumeFrom, stop), stop);
        await RewindAsync(run, resumeFrom, stop);
        if (run.Attempt > 1)
        {
            var from = resumeFrom is not null && CheckpointHeader.Read(resumeFrom).Position.Clock is var clock
                ? $"continues from the last checkpoint, epoch {clock.Epoch}, step {clock.Step}"
                : "starts from the beginning";
            recorder.Report(new LogEvent(RunLogLevel.Information, $"Attempt {run.Attempt} {from}."));
        }

        var job = new TrainingJob
        {
            Spec = spec,
            Images = images,
            CheckpointFolder = folder,
            ResumeFrom = resumeFrom,
            ContinueFrom = resumeFrom is null && spec.ContinueFrom is { } parent ? await ParentAsync(parent, stop) : null,
            WeightsFolder = InceptionWeights.FolderIn(files.Root),
            Report = recorder.Report,
            Settle = () => Settle(recorder, stop),
        };
        await torch.RunAsync(() => Trainer.Run(job, stop));
    }

    public void Dispose() => torch.Dispose();

    /// <summary>The checkpoint is kept from now on, so that a retry finds it too.</summary>
    private async Task<string> ParentAsync(long checkpointId, CancellationToken stop)
    {
        var checkpoint = await queries.CheckpointAsync(checkpointId, stop);
        return checkpoint is not null && await keeper.KeepAsync(checkpoint, stop) is { } path
            ? path
            : throw new RunFailedException(
                $"Checkpoint {checkpointId}, named by continueFrom, no longer exists. Choose another, or leave continueFrom out.",
                FailureKind.Input);
    }

    /// <param name="leftOut">What people leave out now. A run that goes on keeps what it started with.</param>
    private ImageCache OpenImages(
        Run run, TrainingSpec spec, RunRecorder recorder, IReadOnlyList<int> leftOut, string? resumeFrom, CancellationToken stop)
    {
        var folder = files.DatasetFolder(
            run.DatasetId ?? throw new RunFailedException("The run does not name a data set.", FailureKind.Input));
        var progress = new Decoding(recorder);
        try
        {
            var trainedOn = resumeFrom is null ? null : CheckpointHeader.Read(resumeFrom).DatasetFingerprint;
            return ImageCache.Open(folder, spec.ImageSize, progress, stop, leftOut, trainedOn);
        }
        catch (Exception missing) when (missing is InvalidDataException or DirectoryNotFoundException or FileNotFoundException)
        {
            throw new RunFailedException(
                $"The images of data set {run.DatasetId} can't be read: {missing.Message}", FailureKind.Input, missing);
        }
    }

    /// <summary>
    /// Waits until all reports are written, however long; but when the run is told to end, writing the checkpoint comes first.
    /// </summary>
    private static void Settle(RunRecorder recorder, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource();
        using var hurry = stop.Register(() => limit.CancelAfter(TimeSpan.FromSeconds(1)));
        try
        {
            recorder.FlushAsync(limit.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // The recorder keeps trying in the background.
        }
    }

    private async Task RewindAsync(Run run, string? resumeFrom, CancellationToken stop)
    {
        if (resumeFrom is null)
        {
            await rewind.ApplyAsync(run.Id, run.Attempt, null, null, stop);
            return;
        }

        // An interrupted grid is drawn again from its first seed, although the checkpoint is from after the grid's start.
        var position = CheckpointHeader.Read(resumeFrom).Position;
        var redrawn = position.Phase == EpochPhase.Drawing ? position.Step : (long?)null;
        await rewind.ApplyAsync(run.Id, run.Attempt, await FileHash.Sha256Async(resumeFrom, stop), redrawn, stop);
    }

    /// <summary>Reports the progress of decoding; unlike Progress&lt;T&gt; in order and at once.</summary>
    private sealed class Decoding(RunRecorder recorder) : IProgress<double>
    {
        public void Report(double value) => recorder.Report(new ProgressEvent(0, 0, 0, null, value < 1
            ? string.Create(CultureInfo.InvariantCulture, $"decoding images, {Math.Floor(value * 100)} %")
            : "preparing"));
    }
}
