using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Dashboard.Formats;

namespace Dashboard.Storage.Artifacts;

/// <summary>
/// The averaged weights of a checkpoint as a safetensors file of their own, under the network's own names: a quarter of the size, and
/// what other programs want. Copies bytes, so it needs no tensor library.
/// </summary>
public sealed class WeightsExport
{
    private readonly byte[] header;
    private readonly List<(long Start, long Length)> ranges;

    private WeightsExport(byte[] header, List<(long Start, long Length)> ranges) => (this.header, this.ranges) = (header, ranges);

    /// <summary>Size of the exported file, bytes.</summary>
    public long Length => sizeof(long) + header.Length + ranges.Sum(range => range.Length);

    /// <param name="checkpoint">A checkpoint of a training run, or an export already.</param>
    /// <exception cref="InvalidDataException">It is no checkpoint.</exception>
    public static async Task<WeightsExport> PlanAsync(Stream checkpoint, CancellationToken stop)
    {
        var old = await SafeTensorsHeader.ReadAsync(checkpoint, stop);
        var prefix = old.Entries.Any(entry => entry.Key.StartsWith(CheckpointFormat.Average, StringComparison.Ordinal)) ? CheckpointFormat.Average : "";
        var metadata = old.Metadata.DeepClone().AsObject();
        metadata["format"] = CheckpointFormat.WeightsOnly;

        // The checksum is the whole checkpoint's.
        metadata.Remove(CheckpointFormat.Checksum);

        var exported = new JsonObject();
        var ranges = new List<(long Start, long Length)>();
        long offset = 0;
        foreach (var (name, entry) in old.Entries.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var (start, end) = SafeTensorsHeader.Range(entry!);
            var copy = entry!.DeepClone().AsObject();
            copy["data_offsets"] = new JsonArray(offset, offset + end - start);
            exported[name[prefix.Length..]] = copy;
            ranges.Add((old.DataStart + start, end - start));
            offset += end - start;
        }

        return new WeightsExport(SafeTensorsHeader.Write(exported, metadata), ranges);
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
