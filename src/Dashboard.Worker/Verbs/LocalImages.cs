using System.Diagnostics;
using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Data;
using Dashboard.Engine.Data.Drawing;
using Dashboard.Engine.Data.Importing;
using Dashboard.Formats.Zip;

namespace Dashboard.Worker.Verbs;

/// <summary>Images for verbs that use no database: a zip, a folder, or drawn flowers, packed once into a work folder.</summary>
internal static class LocalImages
{
    private const int DrawnCount = 512;

    /// <param name="source">A zip or a folder; null for drawn flowers.</param>
    public static async Task<ImageCache> OpenAsync(string? source, string workFolder, int imageSize, CancellationToken stop)
    {
        var folder = FolderOf(source, workFolder, imageSize);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(workFolder);
            await ImportAsync(source, folder, imageSize, stop);
            SourceKey.RemoveOlder(folder, source);
        }

        return ImageCache.Open(folder, imageSize, progress: null, stop);
    }

    /// <summary>Imports all images again: reads the source; checks, hashes and packs each image; makes its thumbnail.</summary>
    public static async Task<(int Images, TimeSpan Time)> TimeImportAsync(
        string? source, string workFolder, int imageSize, CancellationToken stop)
    {
        var folder = FolderOf(source, workFolder, imageSize);
        var watch = Stopwatch.StartNew();
        var imported = await ImportAsync(source, folder, imageSize, stop);
        return (imported.Images.Count, watch.Elapsed);
    }

    /// <summary>Decodes, crops and resizes all images again.</summary>
    /// <returns>How many, and how long it took; reading the pack from a warm disk is part of it.</returns>
    public static (int Images, TimeSpan Time) TimeDecoding(
        string? source, string workFolder, int imageSize, CancellationToken stop)
    {
        var folder = FolderOf(source, workFolder, imageSize);
        if (Path.Combine(folder, "cache") is var cache && Directory.Exists(cache))
        {
            Directory.Delete(cache, recursive: true);
        }

        var watch = Stopwatch.StartNew();
        using var images = ImageCache.Open(folder, imageSize, progress: null, stop);
        return (images.Count, watch.Elapsed);
    }

    private static Task<ImportedDataset> ImportAsync(string? source, string folder, int imageSize, CancellationToken stop)
    {
        IImageSource images = source switch
        {
            null => new DrawnFlowers(DrawnCount, DrawnSize(imageSize), seed: 1),
            _ when Directory.Exists(source) => new FolderImport(source, new ArchiveLimits()),
            _ when File.Exists(source) => new ZipImport(source, new ArchiveLimits()),
            _ => throw new FileNotFoundException($"{source} is neither a zip nor a folder"),
        };
        return new DatasetImport(folder, new ImageLimits()).RunAsync(images, _ => ValueTask.CompletedTask, stop);
    }

    private static string FolderOf(string? source, string workFolder, int imageSize) =>
        Path.Combine(workFolder, source is null ? $"drawn-{DrawnCount}-{DrawnSize(imageSize)}" : SourceKey.Of(source));

    private static int DrawnSize(int imageSize) => Math.Max(imageSize, 64);
}
