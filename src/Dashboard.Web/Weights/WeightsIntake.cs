using System.Text;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats;
using Dashboard.Formats.SafeTensors;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Queue;
using Dashboard.Web.Runs;
using Dashboard.Web.Security;
using Dashboard.Web.Uploads;

namespace Dashboard.Web.Weights;

/// <summary>
/// Takes weights that a person brought: looks at what the file says of itself, keeps it, and queues the run in which a worker
/// checks every tensor and draws from it.
/// </summary>
public sealed class WeightsIntake(ImportedWeights weights)
{
    /// <summary>Characters of a spec in a file; see <see cref="ReadableRequests.LongestJson"/>.</summary>
    private const int LongestSpec = ReadableRequests.LongestJson;

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
            training = Training(await ReadHeaderAsync(upload.Path, stop));
        }
        catch (InvalidDataException refused)
        {
            return IntakeResult.Refused("file", refused.Message);
        }

        var sha256 = await FileHash.Sha256Async(upload.Path, stop);
        var spec = new ImportSpec { File = upload.FileName, Sha256 = sha256, Training = training };
        var run = new RunSubmission(
            RunKind.Import, name!, JsonSerializer.Serialize(spec, SpecJson.Options), ImagesTotal: training.Samples.Count);
        try
        {
            return new IntakeResult(await weights.EnqueueAsync(run, upload.Path, sha256, owner, stop), []);
        }
        catch (OverQuotaException refused)
        {
            return IntakeResult.OverQuota(refused);
        }
    }

    /// <exception cref="InvalidDataException">The file is not usable. The message is a sentence for a person.</exception>
    private static async Task<SafeTensorsHeader> ReadHeaderAsync(string path, CancellationToken stop)
    {
        try
        {
            await using var file = File.OpenRead(path);
            return await SafeTensorsHeader.ReadAsync(file, stop);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"This file can't be used: {failure.Message}.", failure);
        }
    }

    /// <summary>How the weights were trained, as their file says.</summary>
    /// <exception cref="InvalidDataException">It is not a checkpoint, or one of another version.</exception>
    private static TrainingSpec Training(SafeTensorsHeader header)
    {
        if (header.Metadata.GetValueOrDefault("format") is not (CheckpointFormat.Run or CheckpointFormat.WeightsOnly)
            || header.Metadata.GetValueOrDefault("spec") is not { } text)
        {
            throw new InvalidDataException(
                "This is not a checkpoint of a dashboard: it does not say how it was trained. "
                    + "Export one with “Download” or “Weights only”.");
        }

        if (text.Length > LongestSpec || StrictJson.Check(Encoding.UTF8.GetBytes(text)) is not null)
        {
            throw new InvalidDataException("The spec in this file can't be read: it is too long, or no plain JSON.");
        }

        try
        {
            using var spec = JsonDocument.Parse(text);
            var read = SpecReader.ReadTraining(spec.RootElement);
            return read.Spec
                ?? throw new InvalidDataException(
                    "This file was trained with a spec that this version does not know: "
                        + $"{read.Problems[0].Field}: {read.Problems[0].Message}");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException("The spec in this file can't be read.", failure);
        }
    }
}
