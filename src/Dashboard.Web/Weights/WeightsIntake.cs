using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Queue;
using Dashboard.Web.Runs;
using Dashboard.Web.Uploads;

namespace Dashboard.Web.Weights;

/// <summary>
/// Takes weights that a person brought: looks at what the file says of itself, keeps it, and queues the run in which a worker checks
/// every tensor and draws from it.
/// </summary>
public sealed class WeightsIntake(RunQueue queue, ArtifactFiles files)
{
    /// <param name="upload">Moved away if the run is queued.</param>
    public async Task<IntakeResult> EnqueueAsync(Upload upload, Person owner, CancellationToken stop = default)
    {
        var name = upload.Name?.Trim();
        if (RunIntake.CheckName(name) is { } problem)
        {
            return new IntakeResult(null, [problem]);
        }

        TrainingSpec training;
        try
        {
            await using var file = File.OpenRead(upload.Path);
            training = Training(await SafeTensorsHeader.ReadAsync(file, stop));
        }
        catch (InvalidDataException refused)
        {
            return IntakeResult.Refused("file", refused.Message);
        }

        var sha256 = await FileHash.Sha256Async(upload.Path, stop);
        var kept = files.ImportedWeights(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        File.Move(upload.Path, kept, overwrite: true);
        var spec = new ImportSpec { File = upload.FileName, Sha256 = sha256, Training = training };
        var run = new RunSubmission(RunKind.Import, name!, JsonSerializer.Serialize(spec, SpecJson.Options), ImagesTotal: training.Samples.Count);
        return new IntakeResult(await queue.EnqueueAsync(run, owner, stop), []);
    }

    /// <summary>How the weights were trained, as their file says.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint, or one of another version.</exception>
    private static TrainingSpec Training(SafeTensorsHeader header)
    {
        if (header.Text("format") is not (CheckpointFormat.Run or CheckpointFormat.WeightsOnly) || header.Text("spec") is not { } text)
        {
            throw new InvalidDataException("It does not say how it was trained: it is no checkpoint of a dashboard. Export one with “Download” or “Weights only”.");
        }

        try
        {
            using var spec = JsonDocument.Parse(text);
            var read = SpecReader.ReadTraining(spec.RootElement);
            return read.Spec
                ?? throw new InvalidDataException($"It was trained by a spec that this version does not know: {read.Problems[0].Field}: {read.Problems[0].Message}");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException("The spec in it can't be read.", failure);
        }
    }
}
