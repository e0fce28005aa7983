using Dashboard.Formats.SafeTensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

/// <summary>A safetensors file read whole. Its header is checked before a tensor is read; nothing in it is executed.</summary>
internal sealed class SafeTensorsFile : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors = [];
    private readonly Dictionary<string, SafeTensorsType> skipped = [];

    private SafeTensorsFile(IReadOnlyDictionary<string, string> metadata) => Metadata = metadata;

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>By name, contiguous on the CPU; they live as long as this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    /// <summary>Tensors of types that TorchSharp does not have.</summary>
    public IReadOnlyDictionary<string, SafeTensorsType> Skipped => skipped;

    /// <exception cref="InvalidDataException">The file is not a complete safetensors file. The message says where.</exception>
    public static SafeTensorsFile Read(string path)
    {
        using var file = File.OpenRead(path);
        return Read(file);
    }

    /// <param name="stream">Must be able to seek.</param>
    /// <exception cref="InvalidDataException">The file is not a complete safetensors file. The message says where.</exception>
    public static SafeTensorsFile Read(Stream stream)
    {
        var header = SafeTensorsHeader.Read(stream);
        var file = new SafeTensorsFile(header.Metadata);
        try
        {
            foreach (var entry in header.Entries)
            {
                if (SafeTensorsFormat.Find(entry.Type) is { } type)
                {
                    file.tensors.Add(entry.Name, ReadTensor(entry, type, stream, header.DataStart));
                }
                else
                {
                    file.skipped.Add(entry.Name, entry.Type);
                }
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return file;
    }

    /// <summary>Null if the file has no tensor of this name.</summary>
    /// <exception cref="InvalidDataException">It has one, but of a type that TorchSharp does not have.</exception>
    public Tensor? Find(string name) => skipped.TryGetValue(name, out var type)
        ? throw new InvalidDataException($"tensor \"{name}\" has the type {type.Name}, which can't be used here")
        : tensors.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static Tensor ReadTensor(SafeTensorsEntry entry, ScalarType type, Stream stream, long dataStart)
    {
        if (entry.Length > int.MaxValue)
        {
            throw new InvalidDataException($"tensor {entry.QuotedName} has {entry.Length} bytes, more than {int.MaxValue}");
        }

        var tensor = empty([.. entry.Shape], type).DetachFromDisposeScope();
        if (entry.Length > 0)
        {
            stream.Position = dataStart + entry.Start;
            stream.ReadExactly(tensor.bytes);
        }

        return tensor;
    }
}
