using System.Security.Cryptography;
using Dashboard.Formats.SafeTensors;
using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

/// <summary>What was written: the size and the SHA-256 (lower-case hex) of the whole file.</summary>
internal sealed record WrittenFile(long Bytes, string Sha256);

internal static class SafeTensorsWriter
{
    /// <summary>
    /// Writes to a temporary file beside <paramref name="path"/>, flushes it to the disk and renames: the old file stays whole
    /// until then.
    /// </summary>
    /// <exception cref="IOException">The disk is full or fails; nothing of the attempt is left.</exception>
    public static WrittenFile Write(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        // The reference writer puts the largest alignment first, then sorts by name.
        var ordered = tensors
            .OrderByDescending(tensor => SafeTensorsFormat.Describe(tensor.Value.dtype).Bits)
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToList();
        var header = SafeTensorsHeader.Write(ordered.Select(Describe), metadata);

        return AtomicFile.Write(path, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long written = 0;
            void Append(ReadOnlySpan<byte> bytes)
            {
                hash.AppendData(bytes);
                stream.Write(bytes);
                written += bytes.Length;
            }

            Append(header);
            foreach (var tensor in ordered)
            {
                using var scope = NewDisposeScope();
                Append(tensor.Value.detach().cpu().contiguous().bytes);
            }

            return new WrittenFile(written, Convert.ToHexStringLower(hash.GetHashAndReset()));
        });
    }

    private static (string Name, SafeTensorsType Type, IReadOnlyList<long> Shape) Describe(NamedTensor tensor) =>
        (tensor.Name, SafeTensorsFormat.Describe(tensor.Value.dtype), tensor.Value.shape);
}
