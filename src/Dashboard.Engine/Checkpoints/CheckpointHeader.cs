using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;
using Dashboard.Formats;

namespace Dashboard.Engine.Checkpoints;

/// <summary>The part of a checkpoint that is not tensors; makes the file usable without the run it comes from.</summary>
/// <param name="Normalizer">Of the training split, for pixel values in [0, 1].</param>
/// <param name="DatasetFingerprint">Which images it was trained on.</param>
public sealed record CheckpointHeader(
    TrainingSpec Spec,
    ChannelStatistics Normalizer,
    string DatasetFingerprint,
    TrainingPosition Position)
{
    /// <summary>A figure that is only told, such as a validation loss, may be infinite or not a number.</summary>
    private static readonly JsonSerializerOptions Dialect = new(SpecJson.Options)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>
    /// The data set's label names, in the order of the network's label numbers; empty if it was trained without.
    /// </summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Whether the file holds the averaged weights alone, from which no run can be resumed.</summary>
    public bool WeightsOnly { get; init; }

    /// <summary>What the names of the averaged weights begin with.</summary>
    internal string AveragePrefix => WeightsOnly ? "" : Checkpoint.Average;

    /// <summary>Reads a file's header alone.</summary>
    /// <exception cref="RunFailedException">The file is missing or broken.</exception>
    public static CheckpointHeader Read(string path)
    {
        var (file, header) = Checkpoint.Open(path);
        file.Dispose();
        return header;
    }

    /// <summary>As safetensors metadata. The schedule stands beside the spec for readers that do not know specs.</summary>
    internal Dictionary<string, string> ToMetadata() => new()
    {
        ["format"] = CheckpointFormat.Run,
        ["spec"] = Json(Spec),
        ["schedule"] = Json(Spec.Schedule),
        ["normalizer"] = Json(Normalizer),
        ["dataset"] = DatasetFingerprint,
        ["position"] = Json(Position),
        ["labels"] = Json(Labels),
    };

    /// <exception cref="InvalidDataException">A field is missing or unreadable.</exception>
    internal static CheckpointHeader FromMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        var format = metadata.GetValueOrDefault("format");
        if (format is not (CheckpointFormat.Run or CheckpointFormat.WeightsOnly))
        {
            throw new InvalidDataException(
                $"its metadata does not say format {CheckpointFormat.Run} or {CheckpointFormat.WeightsOnly}: "
                    + "this is not a checkpoint of a training run");
        }

        return new CheckpointHeader(
            Read<TrainingSpec>("spec"), Read<ChannelStatistics>("normalizer"), Text("dataset"),
            Read<TrainingPosition>("position"))
        {
            WeightsOnly = format == CheckpointFormat.WeightsOnly,
            Labels = metadata.ContainsKey("labels") ? Read<string[]>("labels") : [],
        };

        string Text(string key) =>
            metadata.TryGetValue(key, out var text) ? text : throw new InvalidDataException($"its metadata lacks \"{key}\"");

        T Read<T>(string key)
        {
            try
            {
                return JsonSerializer.Deserialize<T>(Text(key), Dialect)
                    ?? throw new InvalidDataException($"its metadata \"{key}\" is empty");
            }
            catch (JsonException failure)
            {
                throw new InvalidDataException($"its metadata \"{key}\" can't be read: {failure.Message}", failure);
            }
        }
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, Dialect);
}
