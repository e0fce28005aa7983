using System.IO.Compression;
using SkiaSharp;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// One split of a zip laid out <c>split/class/file</c>, decoded to RGB bytes; what the feature network learns from.
/// </summary>
public sealed class LabelledPictures
{
    private LabelledPictures(byte[] pixels, int[] labels, int size) => (Pixels, Labels, Size) = (pixels, labels, size);

    /// <summary>Count×Size×Size×3, RGB.</summary>
    public byte[] Pixels { get; }

    /// <summary>Index into the class names in ordinal order.</summary>
    public IReadOnlyList<int> Labels { get; }

    public int Size { get; }

    public int Count => Labels.Count;

    /// <exception cref="InvalidDataException">The zip has no such split, or a picture of another size.</exception>
    public static LabelledPictures Read(string zipFile, string split, int size)
    {
        using var zip = ZipFile.OpenRead(zipFile);
        var entries = zip.Entries
            .Where(entry => entry.Name.Length > 0 && entry.FullName.StartsWith(split + "/", StringComparison.Ordinal))
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .ToList();
        if (entries.Count == 0)
        {
            throw new InvalidDataException($"{zipFile} has no pictures under {split}/");
        }

        var classes = entries.Select(ClassOf).Distinct().Order(StringComparer.Ordinal).ToList();
        var bytesEach = size * size * 3;
        var pixels = new byte[entries.Count * bytesEach];
        var labels = new int[entries.Count];
        for (var i = 0; i < entries.Count; i++)
        {
            labels[i] = classes.IndexOf(ClassOf(entries[i]));
            Decode(entries[i], size, pixels.AsSpan(i * bytesEach, bytesEach));
        }

        return new LabelledPictures(pixels, labels, size);
    }

    private static string ClassOf(ZipArchiveEntry entry) => entry.FullName.Split('/')[1];

    private static void Decode(ZipArchiveEntry entry, int size, Span<byte> target)
    {
        using var stream = entry.Open();
        using var encoded = SKData.Create(stream);
        using var bitmap = SKBitmap.Decode(encoded, new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        if (bitmap is null || bitmap.Width != size || bitmap.Height != size)
        {
            throw new InvalidDataException($"{entry.FullName} is not a picture of {size}×{size} pixels");
        }

        var source = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; to < target.Length; from += 4, to += 3)
        {
            source.Slice(from, 3).CopyTo(target[to..]);
        }
    }
}
