using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

/// <summary>What was written: the size and the SHA-256 (lower-case hex) of the whole file.</summary>
internal sealed record WrittenFile(long Bytes, string Sha256);

internal static class SafeTensorsWriter
{
    /// <summary>Writes to a temporary file beside <paramref name="path"/>, flushes it to the disk and renames: the old file stays whole until then.</summary>
    /// <exception cref="IOException">The disk is full or fails; nothing of the attempt is left.</exception>
    public static WrittenFile Write(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        // The reference writer puts the largest alignment first, then sorts by name.
        var ordered = tensors
            .OrderByDescending(tensor => SafeTensorsFormat.Describe(tensor.Value.dtype).Bytes)
            .ThenBy(tensor => tensor.Name, StringComparer.Ordinal)
            .ToList();
        var header = Header(ordered, metadata);

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

            Span<byte> length = stackalloc byte[SafeTensorsFormat.LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            Append(length);
            Append(header);
            foreach (var tensor in ordered)
            {
                using var scope = NewDisposeScope();
                Append(tensor.Value.detach().cpu().contiguous().bytes);
            }

            return new WrittenFile(written, Convert.ToHexStringLower(hash.GetHashAndReset()));
        });
    }

    private static byte[] Header(List<NamedTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach (var (name, value) in tensors)
            {
                var (type, bytes) = SafeTensorsFormat.Describe(value.dtype);
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (var dimension in value.shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += value.numel() * bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Values start at a multiple of eight, as the format wants.
        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }
}
