using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Imaging;
using Dashboard.Formats;
using Microsoft.Win32.SafeHandles;

namespace Dashboard.Engine.Data;

/// <summary>The images of a data set as they came, one after the other in one file, with an index beside it.</summary>
public sealed class ImagePack : IDisposable
{
    internal const string PackFile = ArtifactNames.Pack;
    internal const string IndexFile = ArtifactNames.PackIndex;

    private readonly SafeFileHandle file;

    private ImagePack(SafeFileHandle file, PackIndex index)
    {
        this.file = file;
        Images = index.Images;
        Fingerprint = index.Fingerprint;
        Rendering = index.Rendering ?? Rendering.First;
    }

    public IReadOnlyList<PackedImage> Images { get; }

    /// <summary>SHA-256 over each image's content hash and split, in order, lower-case hex.</summary>
    public string Fingerprint { get; }

    /// <summary>Whether a folder holds a pack.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, IndexFile)) && File.Exists(Path.Combine(folder, PackFile));

    /// <summary>How its images become pixels.</summary>
    public Rendering Rendering { get; }

    /// <exception cref="InvalidDataException">The folder holds no complete pack.</exception>
    public static ImagePack Open(string folder)
    {
        var index = ReadIndex(folder);
        return new ImagePack(File.OpenHandle(Path.Combine(folder, PackFile), options: FileOptions.RandomAccess), index);
    }

    /// <exception cref="InvalidDataException">The folder holds no complete pack.</exception>
    internal static PackIndex ReadIndex(string folder)
    {
        if (!IsIn(folder))
        {
            throw new InvalidDataException($"The data set's files are missing in {folder}. Import it again.");
        }

        var path = Path.Combine(folder, IndexFile);
        using var stream = File.OpenRead(path);
        return JsonSerializer.Deserialize<PackIndex>(stream, SpecJson.Options)
            ?? throw new InvalidDataException($"{path} is empty. Import the data set again.");
    }

    /// <summary>Replaces the index at once; who reads the pack has the old one or the new one.</summary>
    internal static void WriteIndex(string folder, PackIndex index)
    {
        var path = Path.Combine(folder, IndexFile);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew))
            {
                JsonSerializer.Serialize(stream, index, SpecJson.Options);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The encoded bytes of one image. Safe from several threads at once.</summary>
    public byte[] Read(int index)
    {
        var image = Images[index];
        var bytes = new byte[image.Length];
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(done), image.Offset + done);
            if (read == 0)
            {
                throw new InvalidDataException($"The data set's pack ends before {image.Name}. Import the data set again.");
            }

            done += read;
        }

        return bytes;
    }

    public void Dispose() => file.Dispose();
}
