using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

/// <summary>A safetensors file read whole. Every length and offset in it is checked before it is used; nothing in it is executed.</summary>
internal sealed class SafeTensorsFile : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors;

    private SafeTensorsFile(Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata) =>
        (this.tensors, Metadata) = (tensors, metadata);

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>By name, contiguous on the CPU; they live as long as this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <exception cref="InvalidDataException">The file is cut short or not a safetensors file; the message says where.</exception>
    public static SafeTensorsFile Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file);
    }

    /// <param name="stream">Must be able to seek.</param>
    /// <exception cref="InvalidDataException">The file is cut short or not a safetensors file; the message says where.</exception>
    public static SafeTensorsFile Read(Stream stream)
    {
        using var header = ReadHeader(stream, out var dataStart);
        var metadata = new Dictionary<string, string>();
        var tensors = new Dictionary<string, Tensor>();
        try
        {
            foreach (var entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__")
                {
                    foreach (var pair in entry.Value.EnumerateObject())
                    {
                        metadata[pair.Name] = pair.Value.GetString() ?? "";
                    }

                    continue;
                }

                tensors.Add(entry.Name, ReadTensor(entry.Name, entry.Value, stream, dataStart));
            }
        }
        catch (Exception failure)
        {
            Free(tensors);
            if (failure is InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException)
            {
                throw new InvalidDataException("not a safetensors file: its header lacks a field or has one of a wrong kind", failure);
            }

            throw;
        }

        return new SafeTensorsFile(tensors, metadata);
    }

    public void Dispose() => Free(tensors);

    private static JsonDocument ReadHeader(Stream stream, out long dataStart)
    {
        Span<byte> lengthBytes = stackalloc byte[SafeTensorsFormat.LengthBytes];
        if (stream.ReadAtLeast(lengthBytes, lengthBytes.Length, throwOnEndOfStream: false) < lengthBytes.Length)
        {
            throw new InvalidDataException("cut short: not even a header's length is there");
        }

        var length = BinaryPrimitives.ReadInt64LittleEndian(lengthBytes);
        dataStart = SafeTensorsFormat.LengthBytes + length;
        if (length is < 2 or > SafeTensorsFormat.LongestHeader || dataStart > stream.Length)
        {
            throw new InvalidDataException($"not a safetensors file, or cut short: a header of {length} bytes in a file of {stream.Length}");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        try
        {
            var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new InvalidDataException("not a safetensors file: its header is not a JSON object");
        }
        catch (JsonException failure)
        {
            throw new InvalidDataException("not a safetensors file: its header is not JSON", failure);
        }
    }

    private static Tensor ReadTensor(string name, JsonElement entry, Stream stream, long dataStart)
    {
        var typeName = entry.GetProperty("dtype").GetString();
        var (type, bytes) = SafeTensorsFormat.Parse(typeName)
            ?? throw new InvalidDataException($"tensor \"{name}\" has the unknown type {typeName}");
        var shape = entry.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64()).ToArray();
        var offsets = entry.GetProperty("data_offsets");
        var (first, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());

        if (first < 0 || end < first || end - first > int.MaxValue || ByteCount(shape, bytes) != end - first)
        {
            throw new InvalidDataException($"tensor \"{name}\": its shape [{string.Join(", ", shape)}] does not fit the bytes {first} to {end}");
        }

        if (end > stream.Length - dataStart)
        {
            throw new InvalidDataException($"cut short: tensor \"{name}\" ends {end - (stream.Length - dataStart)} bytes after the file does");
        }

        var tensor = empty(shape, type).DetachFromDisposeScope();
        stream.Position = dataStart + first;
        if (end > first)
        {
            stream.ReadExactly(tensor.bytes);
        }

        return tensor;
    }

    /// <summary>-1 for a shape that no tensor has.</summary>
    private static long ByteCount(long[] shape, int bytesEach)
    {
        Int128 count = bytesEach;
        foreach (var dimension in shape)
        {
            count *= dimension;
            if (dimension < 0 || count > long.MaxValue)
            {
                return -1;
            }
        }

        return (long)count;
    }

    private static void Free(Dictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
