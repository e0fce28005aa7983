using System.IO.Compression;
using Dashboard.Testing;
using SkiaSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Metrics;

/// <summary>Photographs from a zip beside the repository, as tensors.</summary>
internal static class RealImages
{
    public static string PathOf(string zip) => Repository.SharedData(zip);

    public static string SkipReason(string zip) => $"{zip} is not in ../shared/data beside the repository";

    /// <summary>Evenly spread over the entries whose folder is <paramref name="folder"/>.</summary>
    /// <returns>N×3×size×size in [0, 1].</returns>
    public static Tensor Read(string zip, string folder, int count, int size)
    {
        using var archive = ZipFile.OpenRead(PathOf(zip));
        var entries = archive.Entries
            .Where(entry => entry.Name.Length > 0 && entry.FullName.Contains(folder + "/", StringComparison.Ordinal))
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .ToList();
        Assert.True(entries.Count >= count, $"{folder} has {entries.Count} pictures");
        var pixels = new float[count * 3 * size * size];
        for (var i = 0; i < count; i++)
        {
            using var stream = entries[(int)((long)i * entries.Count / count)].Open();
            using var data = SKData.Create(stream);
            using var original = SKBitmap.Decode(data);
            using var bitmap = original.Resize(
                new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque),
                new SKSamplingOptions(SKCubicResampler.Mitchell));
            var source = bitmap.GetPixelSpan();
            for (var pixel = 0; pixel < size * size; pixel++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    pixels[(((i * 3) + channel) * size * size) + pixel] = source[(pixel * 4) + channel] / 255f;
                }
            }
        }

        return tensor(pixels).view(count, 3, size, size);
    }
}
