using System.Buffers.Binary;
using System.Text.Json;

namespace Dashboard.Formats.SafeTensors;

/// <summary>
/// The header of a safetensors file: eight bytes of length, then JSON {name: {dtype, shape, data_offsets}, "__metadata__": {…}}.
/// The raw little-endian values follow. A header that was read here is consistent: its tensors fill the rest of the file without
/// gaps and without overlaps, as https://huggingface.co/docs/safetensors asks.
/// </summary>
/// <param name="Entries">In the header's order.</param>
/// <param name="DataStart">Where the values begin in the file.</param>
public sealed record SafeTensorsHeader(
    IReadOnlyList<SafeTensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata, long DataStart)
{
    /// <summary>
    /// Bytes. Nearly all of a long header is one metadata value: a checkpoint lists its epochs. After 100,000 of them, the most
    /// that a run can have, they take some 16 MB.
    /// </summary>
    public const int LongestHeader = 32 << 20;

    /// <summary>Bytes of a header without its metadata's values. Each may cost many times its length in memory.</summary>
    public const int LongestStructure = 4 << 20;

    internal const string MetadataKey = "__metadata__";

    private const int LengthBytes = sizeof(long);
    private const int Alignment = 8;

    /// <param name="file">Seekable. It is read from its beginning.</param>
    /// <exception cref="InvalidDataException">
    /// The file is incomplete or malformed. The message says what is wrong, as part of a sentence.
    /// </exception>
    public static SafeTensorsHeader Read(Stream file)
    {
        file.Position = 0;
        var length = new byte[LengthBytes];
        var json = new byte[CheckLength(length, file.ReadAtLeast(length, LengthBytes, throwOnEndOfStream: false), file.Length)];
        file.ReadExactly(json);
        return Parse(json, file.Length);
    }

    /// <inheritdoc cref="Read"/>
    public static async Task<SafeTensorsHeader> ReadAsync(Stream file, CancellationToken stop)
    {
        file.Position = 0;
        var length = new byte[LengthBytes];
        var read = await file.ReadAtLeastAsync(length, LengthBytes, throwOnEndOfStream: false, stop);
        var json = new byte[CheckLength(length, read, file.Length)];
        await file.ReadExactlyAsync(json, stop);
        return Parse(json, file.Length);
    }

    /// <summary>The first bytes of a file with these tensors. Their values follow without gaps in the same order.</summary>
    public static byte[] Write(
        IEnumerable<(string Name, SafeTensorsType Type, IReadOnlyList<long> Shape)> tensors,
        IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(new byte[LengthBytes]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            foreach (var (key, value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach (var (name, type, shape) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type.Name);
                WriteNumbers(json, "shape", shape);
                var bytes = SafeTensorsEntry.BytesOf(type, shape)
                    ?? throw new ArgumentException($"{name} is too large", nameof(tensors));
                var end = offset + bytes;
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        // The values begin at a multiple of eight, as the format asks.
        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        var header = buffer.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - LengthBytes);
        return header;
    }

    private static int CheckLength(byte[] bytes, int read, long fileLength)
    {
        if (read < LengthBytes)
        {
            throw new InvalidDataException("cut short: even the length of its header is missing");
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        return length is >= 2 and <= LongestHeader && length <= fileLength - LengthBytes
            ? (int)length
            : throw new InvalidDataException(
                $"not a safetensors file, or cut short: a header of {length} bytes in a file of {fileLength}");
    }

    private static SafeTensorsHeader Parse(byte[] json, long fileLength)
    {
        var (entries, metadata) = HeaderReader.Read(json);
        var dataStart = (long)LengthBytes + json.Length;
        CheckOffsets(entries, fileLength - dataStart);
        return new SafeTensorsHeader(entries, metadata, dataStart);
    }

    /// <summary>One tensor begins where another ends, and the last ends with the file.</summary>
    private static void CheckOffsets(List<SafeTensorsEntry> entries, long dataLength)
    {
        long end = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Start).ThenBy(entry => entry.End))
        {
            if (entry.Start != end)
            {
                throw new InvalidDataException(
                    $"tensor {entry.QuotedName} begins at byte {entry.Start}, not at {end}: tensors overlap or leave a gap");
            }

            if (entry.End > dataLength)
            {
                throw new InvalidDataException(
                    $"cut short: tensor {entry.QuotedName} ends {entry.End - dataLength} bytes after the file does");
            }

            end = entry.End;
        }

        if (end < dataLength)
        {
            throw new InvalidDataException($"the file has {dataLength - end} bytes more than its header describes");
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
