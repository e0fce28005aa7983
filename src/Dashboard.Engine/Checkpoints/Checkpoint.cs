using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Networks;
using Dashboard.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

/// <summary>One flat vector of a run and the prefix that its tensors have in a checkpoint.</summary>
internal sealed record CheckpointPart(string Prefix, IReadOnlyList<FlatState.Slot> Slots, Tensor Vector)
{
    /// <summary>For a person: <c>optimizer.first_moment</c>.</summary>
    public string Name => Prefix.TrimEnd('.');

    /// <summary>Waits for the device.</summary>
    public bool IsFinite()
    {
        using var scope = NewDisposeScope();
        return Vector.isfinite().all().item<bool>();
    }
}

/// <summary>Self-contained safetensors files: weights, their average and the optimizer's moments by name, and a header.</summary>
internal static class Checkpoint
{
    public const string Network = "network.";
    public const string Average = CheckpointFormat.Average;
    public const string FirstMoment = "optimizer.first_moment.";
    public const string SecondMoment = "optimizer.second_moment.";

    /// <summary>Prefix of the average with the decay at this place in ema.also.</summary>
    public static string FurtherAverage(int index) => $"ema_also.{index}.";

    public static WrittenFile Save(string path, CheckpointHeader header, IEnumerable<CheckpointPart> parts)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var tensors = parts
            .SelectMany(
                part => part.Slots.Select(slot => new NamedTensor(part.Prefix + slot.Name, FlatState.View(part.Vector, slot))))
            .ToList();
        var metadata = header.ToMetadata();
        metadata[CheckpointFormat.Checksum] = CheckpointChecksum.Of(metadata, tensors);
        return SafeTensorsWriter.Write(path, tensors, metadata);
    }

    /// <summary>Reads the file and its header.</summary>
    /// <exception cref="RunFailedException">The file is missing, broken or not as it was written.</exception>
    public static (SafeTensorsFile File, CheckpointHeader Header) Open(string path)
    {
        SafeTensorsFile? file = null;
        try
        {
            file = SafeTensorsFile.Read(path);
            var header = CheckpointHeader.FromMetadata(file.Metadata);
            if (file.Metadata.TryGetValue(CheckpointFormat.Checksum, out var checksum)
                && (file.Skipped.Count > 0 || checksum != ChecksumOf(file)))
            {
                throw new InvalidDataException(
                    "its checksum does not match its content: it was changed or damaged after it was written");
            }

            return (file, header);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunFailedException(
                $"The checkpoint {Path.GetFileName(path)} no longer exists. Choose another one, or start a new run.",
                FailureKind.Input,
                failure);
        }
        catch (InvalidDataException failure)
        {
            file?.Dispose();
            throw Unusable(path, failure.Message, failure);
        }
    }

    /// <summary>Copies a part's tensors out of the file into its vector.</summary>
    /// <exception cref="RunFailedException">A tensor is missing or has another shape; the first such one is named.</exception>
    public static void Restore(string path, SafeTensorsFile file, CheckpointPart part)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        foreach (var slot in part.Slots)
        {
            var name = part.Prefix + slot.Name;
            var stored = Find(path, file, name) ?? throw Unusable(path, $"it has no tensor \"{name}\"");
            if (!stored.shape.AsSpan().SequenceEqual(slot.Shape))
            {
                throw Unusable(
                    path,
                    $"tensor \"{name}\" is [{string.Join(", ", stored.shape)}], "
                        + $"the network expects [{string.Join(", ", slot.Shape)}]");
            }

            FlatState.View(part.Vector, slot).copy_(stored);
        }
    }

    private static string ChecksumOf(SafeTensorsFile file) =>
        CheckpointChecksum.Of(file.Metadata, file.Tensors.Select(pair => new NamedTensor(pair.Key, pair.Value)));

    private static Tensor? Find(string path, SafeTensorsFile file, string name)
    {
        try
        {
            return file.Find(name);
        }
        catch (InvalidDataException failure)
        {
            throw Unusable(path, failure.Message, failure);
        }
    }

    private static RunFailedException Unusable(string path, string reason, Exception? inner = null) => new(
        $"The checkpoint {Path.GetFileName(path)} can't be used: {reason}. Choose another one, or start a new run.",
        FailureKind.Input,
        inner);
}
