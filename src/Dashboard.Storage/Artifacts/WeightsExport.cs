using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Artifacts;

/// <summary>
/// The averaged weights of a checkpoint as a safetensors file of their own, under the network's own names: a quarter of the size, and
/// what other programs want. Copies bytes, so it needs no tensor library.
/// </summary>
public sealed class WeightsExport
{
    /// <summary>Longest header that is read, bytes.</summary>
    private const int LongestHeader = 100_000_000;
    private const string Metadata = "__metadata__";

    private readonly byte[] header;
    private readonly List<(long Start, long Length)> ranges;

    private WeightsExport(byte[] header, List<(long Start, long Length)> ranges) => (this.header, this.ranges) = (header, ranges);

    /// <summary>Size of the exported file, bytes.</summary>
    public long Length => sizeof(long) + header.Length + ranges.Sum(range => range.Length);

    /// <param name="checkpoint">A checkpoint of a training run, or an export already.</param>
    /// <exception cref="InvalidDataException">It is no checkpoint.</exception>
    public static async Task<WeightsExport> PlanAsync(Stream checkpoint, CancellationToken stop)
    {
        checkpoint.Position = 0;
        var lengthBytes = new byte[sizeof(long)];
        await checkpoint.ReadExactlyAsync(lengthBytes, stop);
        var length = BinaryPrimitives.ReadInt64LittleEndian(lengthBytes);
        if (length is < 2 or > LongestHeader || length > checkpoint.Length)
        {
            throw new InvalidDataException("It is no safetensors file.");
        }

        var bytes = new byte[length];
        await checkpoint.ReadExactlyAsync(bytes, stop);
        JsonObject old;
        try
        {
            old = JsonNode.Parse(bytes)!.AsObject();
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException("It is no safetensors file.", failure);
        }

        var metadata = old[Metadata]?.DeepClone().AsObject() ?? throw new InvalidDataException("It has no metadata: it is no checkpoint of a training run.");
        var prefix = old.Any(entry => entry.Key.StartsWith(CheckpointFormat.Average, StringComparison.Ordinal)) ? CheckpointFormat.Average : "";
        metadata["format"] = CheckpointFormat.WeightsOnly;

        // The checksum is the whole checkpoint's.
        metadata.Remove(CheckpointFormat.Checksum);

        var exported = new JsonObject { [Metadata] = metadata };
        var ranges = new List<(long Start, long Length)>();
        long offset = 0;
        foreach (var (name, entry) in old)
        {
            if (name == Metadata || !name.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            var offsets = entry!["data_offsets"]!.AsArray();
            var (start, end) = (offsets[0]!.GetValue<long>(), offsets[1]!.GetValue<long>());
            var copy = entry.DeepClone().AsObject();
            copy["data_offsets"] = new JsonArray(offset, offset + end - start);
            exported[name[prefix.Length..]] = copy;
            ranges.Add((sizeof(long) + length + start, end - start));
            offset += end - start;
        }

        // Values start at a multiple of eight, as the format wants. The text is ASCII: JSON's other characters are escaped.
        var text = exported.ToJsonString();
        var header = Encoding.ASCII.GetBytes(text.PadRight((text.Length + 7) / 8 * 8));
        return new WeightsExport(header, ranges);
    }

    /// <param name="checkpoint">The stream that was planned from.</param>
    public async Task WriteAsync(Stream checkpoint, Stream output, CancellationToken stop)
    {
        var length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        await output.WriteAsync(length, stop);
        await output.WriteAsync(header, stop);
        var buffer = new byte[1 << 20];
        foreach (var (start, count) in ranges)
        {
            checkpoint.Position = start;
            for (var left = count; left > 0;)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
                await checkpoint.ReadExactlyAsync(part, stop);
                await output.WriteAsync(part, stop);
                left -= part.Length;
            }
        }
    }
}
