using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dashboard.Storage.Artifacts;

/// <summary>What a safetensors file says of itself, read without a tensor library.</summary>
/// <param name="Entries">By name: dtype, shape and data_offsets of each tensor, in the file's order.</param>
/// <param name="Metadata">Texts by key.</param>
/// <param name="DataStart">Where the tensors' bytes begin in the file.</param>
public sealed record SafeTensorsHeader(JsonObject Entries, JsonObject Metadata, long DataStart)
{
    /// <summary>Longest header that is read, bytes.</summary>
    private const int LongestHeader = 100_000_000;
    private const string MetadataKey = "__metadata__";

    /// <exception cref="InvalidDataException">It is no whole safetensors file with metadata; the message is a sentence for a person.</exception>
    public static async Task<SafeTensorsHeader> ReadAsync(Stream file, CancellationToken stop)
    {
        file.Position = 0;
        var lengthBytes = new byte[sizeof(long)];
        if (await file.ReadAtLeastAsync(lengthBytes, sizeof(long), throwOnEndOfStream: false, stop) < sizeof(long))
        {
            throw new InvalidDataException("It is no safetensors file.");
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(lengthBytes);
        if (length is < 2 or > LongestHeader || length > file.Length - sizeof(long))
        {
            throw new InvalidDataException("It is no safetensors file.");
        }

        var bytes = new byte[length];
        await file.ReadExactlyAsync(bytes, stop);
        try
        {
            var entries = JsonNode.Parse(bytes)!.AsObject();
            var metadata = entries[MetadataKey]?.DeepClone().AsObject()
                ?? throw new InvalidDataException("It has no metadata: it is no checkpoint of a training run.");
            entries.Remove(MetadataKey);
            var header = new SafeTensorsHeader(entries, metadata, sizeof(long) + length);
            var ends = header.DataStart + entries.Max(entry => (long?)Range(entry.Value!).End) ?? 0;
            return ends == file.Length
                ? header
                : throw new InvalidDataException($"It has {file.Length:N0} bytes where its header tells of {ends:N0}: it was cut off or changed.");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new InvalidDataException("It is no safetensors file.", failure);
        }
    }

    /// <summary>Where a tensor's bytes lie, from <see cref="DataStart"/>.</summary>
    public static (long Start, long End) Range(JsonNode entry)
    {
        var offsets = entry["data_offsets"]!.AsArray();
        return (offsets[0]!.GetValue<long>(), offsets[1]!.GetValue<long>());
    }

    /// <summary>A metadata text; null where there is none.</summary>
    public string? Text(string key) => Metadata[key] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>Header bytes of a file with other entries, their values at a multiple of eight, as the format wants.</summary>
    public static byte[] Write(JsonObject entries, JsonObject metadata)
    {
        var all = new JsonObject { [MetadataKey] = metadata };
        foreach (var (name, entry) in entries)
        {
            all[name] = entry!.DeepClone();
        }

        // The text is ASCII: JSON's other characters are escaped.
        var text = all.ToJsonString();
        return System.Text.Encoding.ASCII.GetBytes(text.PadRight((text.Length + 7) / 8 * 8));
    }
}
