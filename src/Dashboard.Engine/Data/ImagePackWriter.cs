using System.Security.Cryptography;
using System.Text;
using Dashboard.Engine.Imaging;

namespace Dashboard.Engine.Data;

/// <summary>Writes a pack: images first, the index last. Without an index, a folder holds no data set.</summary>
public sealed class ImagePackWriter : IDisposable
{
    private readonly string folder;
    private readonly Rendering rendering;
    private readonly FileStream pack;
    private readonly List<PackedImage> images = [];
    private readonly List<bool?> splits = [];
    private readonly Dictionary<string, string> nameByHash = [];

    /// <param name="folder">Made if missing; must hold no pack yet.</param>
    /// <param name="rendering">How the images will become pixels; null for the current one on white.</param>
    public ImagePackWriter(string folder, Rendering? rendering = null)
    {
        (this.folder, this.rendering) = (folder, rendering ?? Rendering.Current);
        Directory.CreateDirectory(folder);
        pack = new FileStream(
            Path.Combine(folder, ImagePack.PackFile), FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 20);
    }

    public int Count => images.Count;

    public long Bytes => pack.Length;

    /// <summary>The name of the image with the same content, if there is one already.</summary>
    public string? NameOf(string sha256) => nameByHash.GetValueOrDefault(sha256);

    /// <summary>Appends one image; its place in the pack is returned.</summary>
    /// <param name="validation">The source's split; null leaves it to the content hash.</param>
    public int Append(
        string name, string? label, bool? validation, ReadOnlySpan<byte> encoded, string sha256, int width, int height) =>
        Append(new PackedImage(name, label, false, 0, 0, sha256, width, height), validation, encoded);

    /// <inheritdoc cref="Append(string, string?, bool?, ReadOnlySpan{byte}, string, int, int)"/>
    /// <param name="image">Its place is set here, and its split at the end.</param>
    public int Append(
        PackedImage image, bool? validation, ReadOnlySpan<byte> encoded, PictureTraits traits = PictureTraits.None)
    {
        images.Add(Write(image with { Rendered = Rendered(traits) }, encoded));
        splits.Add(validation);
        return images.Count - 1;
    }

    /// <summary>Decides the split, flushes the pack to the disk and writes the index.</summary>
    public IReadOnlyList<PackedImage> Complete()
    {
        var divided = Split.Of(images, splits);
        pack.Flush(flushToDisk: true);
        ImagePack.WriteIndex(folder, new PackIndex(Fingerprint(divided), divided, rendering));
        return divided;
    }

    public void Dispose() => pack.Dispose();

    private string? Rendered(PictureTraits traits)
    {
        var parts = new List<string>();
        if (traits.HasFlag(PictureTraits.Converted))
        {
            parts.Add("converted");
        }

        if (traits.HasFlag(PictureTraits.Turned))
        {
            parts.Add("turned");
        }

        if (traits.HasFlag(PictureTraits.Transparent) && rendering.Background != Rendering.White)
        {
            parts.Add($"on {rendering.Background}");
        }

        return parts.Count == 0 ? null : string.Join(' ', parts);
    }

    private PackedImage Write(PackedImage image, ReadOnlySpan<byte> encoded)
    {
        nameByHash.Add(image.Sha256, image.Name);
        var placed = image with { Offset = pack.Position, Length = encoded.Length };
        pack.Write(encoded);
        return placed;
    }

    internal static string Fingerprint(IEnumerable<PackedImage> images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var image in images)
        {
            var rendered = image.Rendered is { } others ? $" {others}" : "";
            hash.AppendData(Encoding.ASCII.GetBytes($"{image.Sha256} {(image.Validation ? 'v' : 't')}{rendered}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
