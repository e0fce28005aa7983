using System.Text;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Queue;

namespace Dashboard.Worker.Tests;

/// <summary>Weights that a person brings, through a real worker.</summary>
public sealed class ImportTests(Stage stage) : IClassFixture<Stage>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exported_weights_come_back_as_a_checkpoint_that_draws_the_same_and_can_be_trained_on()
    {
        await using var worker = stage.StartWorker();
        var trained = await stage.TrainAsync(epochs: 2);
        await stage.WaitAsync(trained, RunState.Succeeded, worker);
        var export = await ExportAsync(trained);

        var imported = await stage.WaitAsync(await ImportAsync(export), r => r.EndedAt is not null, worker);

        Assert.True(imported.State == RunState.Succeeded, $"{imported.State}: {imported.Error}");
        var checkpoint = Assert.Single(await stage.Runs.CheckpointsAsync(imported.Id, Stop));
        Assert.Equal((CheckpointKind.Imported, true, 2), (checkpoint.Kind, checkpoint.Available, checkpoint.Epoch));
        Assert.Equal(await SamplesAsync(trained, epoch: 2), await SamplesAsync(imported.Id, epoch: 2));

        var drawn = await stage.SampleAsync(
            new SamplingSpec { Checkpoint = checkpoint.Id, Evaluations = 3, Seeds = new SeedRange { Count = 1 }, Frames = 0 });
        await stage.WaitAsync(drawn, RunState.Succeeded, worker);
        var continued = await stage.Queue.EnqueueAsync(
            new RunSubmission(
                RunKind.Training, "continued",
                JsonSerializer.Serialize(stage.Spec(1) with { ContinueFrom = checkpoint.Id }, SpecJson.Options), stage.DatasetId),
            Stage.Ann, Stop);
        var went = await stage.WaitAsync(continued, r => r.EndedAt is not null, worker);
        Assert.True(went.State == RunState.Succeeded, $"{went.State}: {went.Error}");
    }

    [Fact]
    public async Task Weights_of_another_shape_are_refused_with_the_first_tensor_that_differs()
    {
        await using var worker = stage.StartWorker();
        var trained = await stage.TrainAsync(epochs: 1);
        await stage.WaitAsync(trained, RunState.Succeeded, worker);

        // The spec in the file says twelve where the tensors have sixteen.
        var export = await ExportAsync(trained);
        var (bytes, told) = (export, Encoding.ASCII.GetBytes("widths\\u0022:[8,16]"));
        var at = bytes.AsSpan().IndexOf(told);
        Assert.True(at > 0, "the export does not tell its widths");
        bytes[at + told.Length - 2] = (byte)'2';
        var imported = await stage.WaitAsync(await ImportAsync(bytes), r => r.EndedAt is not null, worker);

        Assert.Equal(RunState.Failed, imported.State);
        Assert.Matches("tensor \"[A-Za-z0-9_.]+\" is \\[.*16.*\\], the network expects \\[.*12.*\\]", imported.Error);
        Assert.Empty(await stage.Runs.CheckpointsAsync(imported.Id, Stop));
    }

    private async Task<byte[]> ExportAsync(long run)
    {
        var last = (await stage.Runs.CheckpointsAsync(run, Stop)).Single(c => c.Kind == CheckpointKind.Last);
        await using var file = File.OpenRead((await stage.Runs.CheckpointPathAsync(last.Id, Stop))!);
        using var export = new MemoryStream();
        await (await WeightsExport.PlanAsync(file, Stop)).WriteAsync(file, export, Stop);
        return export.ToArray();
    }

    private async Task<long> ImportAsync(byte[] weights)
    {
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(weights));
        var path = stage.Get<ArtifactFiles>().ImportedWeights(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, weights, Stop);
        var spec = new ImportSpec { File = "weights.safetensors", Sha256 = sha256, Training = stage.Spec(2) };
        return await stage.Queue.EnqueueAsync(
            new RunSubmission(RunKind.Import, "imported", JsonSerializer.Serialize(spec, SpecJson.Options)), Stage.Ann, Stop);
    }

    private async Task<IEnumerable<string>> SamplesAsync(long run, int epoch) =>
        (await stage.Runs.ImagesAsync(run, epoch, frames: false, stop: Stop)).Items.OrderBy(i => i.Seed).Select(i => i.Sha256);
}
