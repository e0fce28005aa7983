using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Sampling;
using Dashboard.Formats;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Recording;

namespace Dashboard.Worker.Executing;

/// <summary>
/// Drives the engine through runs that only draw: sampling runs and imports of weights. Checkpoints stay loaded from one run
/// to the next.
/// </summary>
internal sealed class SamplingExecution(
    RunLeases leases,
    GalleryQueries gallery,
    RunQueries queries,
    CheckpointKeeper keeper,
    RunRewind rewind,
    ArtifactFiles files) : IDisposable
{
    private readonly TorchThread torch = new();
    private readonly Lazy<CheckpointSampler> sampler = new(() => new CheckpointSampler());

    public async Task RunAsync(Run run, RunRecorder recorder, CancellationToken stop)
    {
        var spec = StoredSpec.Sampling(run);
        var checkpoint = await ChooseAsync(run, spec, stop);
        // A seed gives the same image again, so an interrupted run is drawn again from its start.
        await rewind.ApplyAsync(run.Id, run.Attempt, null, null, stop);
        await leases.SetCheckpointAsync(run.Id, run.Attempt, checkpoint, stop);
        var path = await keeper.KeepAsync(checkpoint, stop) ?? throw Gone(checkpoint.Run);
        var picture = spec.Inpaint is { } inpaint ? await PictureAsync(inpaint.Image, stop) : null;
        await torch.RunAsync(() => sampler.Value.Draw(spec, path, picture, recorder.Report, stop));
    }

    /// <summary>Loads uploaded weights, which checks them, and draws the samples that their training run would.</summary>
    public async Task ImportAsync(Run run, RunRecorder recorder, CancellationToken stop)
    {
        var spec = JsonSerializer.Deserialize<ImportSpec>(run.Spec, SpecJson.Options)!;
        var samples = StoredSpec.Training(run).Samples;
        var path = files.ImportedWeights(spec.Sha256);
        if (!File.Exists(path) || await FileHash.Sha256Async(path, stop) != spec.Sha256)
        {
            throw new RunFailedException(
                $"The uploaded file {spec.File} was deleted or changed. Import it again.", FailureKind.Input);
        }

        await rewind.ApplyAsync(run.Id, run.Attempt, null, null, stop);
        var header = CheckpointHeader.Read(path);
        var drawing = new SamplingSpec(samples)
        {
            Seeds = new SeedRange { First = samples.FirstSeed, Count = samples.Count },
            Frames = samples.Frames,
        };
        await torch.RunAsync(() => sampler.Value.Draw(drawing, path, picture: null, recorder.Report, stop));
        var bytes = new FileInfo(path).Length;
        recorder.Report(new CheckpointEvent(CheckpointKind.Imported, path, spec.Sha256, bytes, header.Position.Kid)
        {
            Clock = header.Position.Clock,
        });
    }

    public void Dispose()
    {
        if (sampler.IsValueCreated)
        {
            torch.RunAsync(sampler.Value.Dispose).Wait();
        }

        torch.Dispose();
    }

    private async Task<byte[]> PictureAsync(string sha256, CancellationToken stop) =>
        await gallery.PngAsync(sha256, stop)
        ?? throw new RunFailedException(
            $"The gallery has no image {sha256}. Choose another for inpaint.image.", FailureKind.Input);

    private async Task<CheckpointItem> ChooseAsync(Run run, SamplingSpec spec, CancellationToken stop)
    {
        if ((run.CheckpointId ?? spec.Checkpoint) is { } id)
        {
            var named = await queries.CheckpointAsync(id, stop)
                ?? throw new RunFailedException($"Checkpoint {id} no longer exists. Choose another.", FailureKind.Input);
            return named.Available ? named : throw Gone(named.Run);
        }

        var trained = spec.Run
            ?? throw new RunFailedException("The run names neither a checkpoint nor a training run.", FailureKind.Input);
        return await queries.BestCheckpointAsync(trained, stop)
            ?? throw new RunFailedException(
                $"Run {trained} has no checkpoint yet. Sample from it once it has finished an epoch.", FailureKind.Input);
    }

    private static RunFailedException Gone(long trainedBy) => new(
        $"The checkpoint's file was replaced by a later one or deleted. Choose another checkpoint of run {trainedBy}.",
        FailureKind.Input);
}
