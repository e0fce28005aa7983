using Dashboard.Formats;
using Dashboard.Formats.SafeTensors;

namespace Dashboard.Storage.Artifacts;

/// <summary>
/// The averaged weights of a checkpoint as a safetensors file of their own, under the network's own names: a quarter of the size,
/// and what other programs expect. It copies bytes, so it needs no tensor library.
/// </summary>
public sealed class WeightsExport
{
    private readonly byte[] header;
    private readonly IReadOnlyList<SafeTensorsEntry> exported;
    private readonly long dataStart;

    private WeightsExport(byte[] header, IReadOnlyList<SafeTensorsEntry> exported, long dataStart) =>
        (this.header, this.exported, this.dataStart) = (header, exported, dataStart);

    /// <summary>Size of the exported file, bytes.</summary>
    public long Length => header.Length + exported.Sum(entry => entry.Length);

    /// <param name="checkpoint">A checkpoint of a training run, or an export already.</param>
    /// <exception cref="InvalidDataException">It is not a checkpoint. The message says why, as part of a sentence.</exception>
    public static async Task<WeightsExport> PlanAsync(Stream checkpoint, CancellationToken stop)
    {
        var old = await SafeTensorsHeader.ReadAsync(checkpoint, stop);
        if (old.Metadata.Count == 0)
        {
            throw new InvalidDataException("it has no metadata, so it is not a checkpoint of a training run");
        }

        var isAverage = (SafeTensorsEntry entry) => entry.Name.StartsWith(CheckpointFormat.Average, StringComparison.Ordinal);
        var prefix = old.Entries.Any(isAverage) ? CheckpointFormat.Average : "";
        var exported = prefix == "" ? old.Entries : [.. old.Entries.Where(isAverage)];

        // The checksum is the whole checkpoint's.
        var metadata = old.Metadata.Where(pair => pair.Key != CheckpointFormat.Checksum).ToDictionary();
        metadata["format"] = CheckpointFormat.WeightsOnly;
        var header = SafeTensorsHeader.Write(
            exported.Select(entry => (entry.Name[prefix.Length..], entry.Type, entry.Shape)), metadata);
        return new WeightsExport(header, exported, old.DataStart);
    }

    /// <param name="checkpoint">The stream that was planned from.</param>
    public async Task WriteAsync(Stream checkpoint, Stream output, CancellationToken stop)
    {
        await output.WriteAsync(header, stop);
        var buffer = new byte[1 << 20];
        foreach (var entry in exported)
        {
            checkpoint.Position = dataStart + entry.Start;
            for (var left = entry.Length; left > 0;)
            {
                var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, left));
                await checkpoint.ReadExactlyAsync(part, stop);
                await output.WriteAsync(part, stop);
                left -= part.Length;
            }
        }
    }
}
