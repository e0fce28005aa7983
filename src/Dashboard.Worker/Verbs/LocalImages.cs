using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Diffusion.Datasets;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;
using Dashboard.Engine.Data.Drawing;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Imaging;
using Dashboard.Formats.Zip;

namespace Dashboard.Worker.Verbs;

/// <summary>
/// Images for verbs that use no database: a zip, a folder, or drawn flowers, packed into a work folder. A pack is named by the
/// content that it was made from, so other images under the same name get another pack.
/// </summary>
/// <param name="Folder">Holds the pack.</param>
internal sealed record LocalImages(string Folder)
{
    private const int DrawnCount = 512;
    private const int DrawnSeed = 1;

    /// <summary>A folder for packs that is kept for the next time; each user has an own one.</summary>
    public static string DefaultWorkFolder(string verb) =>
        Path.Combine(Path.GetTempPath(), $"dashboard-{verb}-{Environment.UserName}");

    /// <summary>Imports a source unless the work folder holds its pack. Says on standard error what was left out.</summary>
    /// <param name="source">A zip or a folder; null for drawn flowers.</param>
    /// <exception cref="ImportRefusedException">The source as a whole can't be imported.</exception>
    public static async Task<LocalImages> PrepareAsync(
        string? source, string workFolder, int imageSize, CancellationToken stop)
    {
        var folder = Path.Combine(workFolder, await KeyAsync(source, imageSize, stop));
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(workFolder);
            await ImportAsync(source, folder, imageSize, stop);
        }

        using var pack = ImagePack.Open(folder);
        Tell(SkippedFiles.Read(folder), pack.Images.Count);
        return new LocalImages(folder);
    }

    /// <summary>The pack of these images in a work folder; null where it has none.</summary>
    /// <param name="fingerprint">As a checkpoint names what it was trained on.</param>
    public static LocalImages? Find(string workFolder, string fingerprint) =>
        Packs(workFolder).FirstOrDefault(images => images.Fingerprint() == fingerprint);

    /// <summary>Deletes all other packs of its work folder.</summary>
    public void RemoveOthers()
    {
        foreach (var other in Packs(Path.GetDirectoryName(Folder)!).Where(other => other.Folder != Folder))
        {
            Directory.Delete(other.Folder, recursive: true);
        }
    }

    public string Fingerprint()
    {
        using var pack = ImagePack.Open(Folder);
        return pack.Fingerprint;
    }

    /// <summary>What the rules of a training spec ask of a data set.</summary>
    public DatasetFacts Facts()
    {
        using var pack = ImagePack.Open(Folder);
        var validation = pack.Images.Count(image => image.Validation);
        var labels = pack.Images.Select(image => image.Label).OfType<string>().Distinct().Count();
        return new DatasetFacts(pack.Images.Count - validation, validation, labels);
    }

    public ImageCache Open(int imageSize, CancellationToken stop) => ImageCache.Open(Folder, imageSize, progress: null, stop);

    /// <summary>Imports all images again: reads the source; checks, hashes and packs each image; makes its thumbnail.</summary>
    public static async Task<(int Images, TimeSpan Time)> TimeImportAsync(
        string? source, string workFolder, int imageSize, CancellationToken stop)
    {
        Directory.CreateDirectory(workFolder);
        var folder = Path.Combine(workFolder, $"timed-{Guid.NewGuid():n}");
        var import = new DatasetImport(folder, new ImageLimits());
        var watch = Stopwatch.StartNew();
        var imported = await import.RunAsync(Open(source, imageSize), _ => ValueTask.CompletedTask, stop);
        var time = watch.Elapsed;
        import.Remove();
        return (imported.Images.Count, time);
    }

    /// <summary>Decodes, crops and resizes all images again.</summary>
    /// <returns>How many, and how long it took; reading the pack from a warm disk is part of it.</returns>
    public (int Images, TimeSpan Time) TimeDecoding(int imageSize, CancellationToken stop)
    {
        if (Path.Combine(Folder, "cache") is var cache && Directory.Exists(cache))
        {
            Directory.Delete(cache, recursive: true);
        }

        var watch = Stopwatch.StartNew();
        using var images = Open(imageSize, stop);
        return (images.Count, watch.Elapsed);
    }

    /// <summary>Under a name of its own first: another process may import the same images.</summary>
    private static async Task ImportAsync(string? source, string folder, int imageSize, CancellationToken stop)
    {
        var own = $"{folder}.{Guid.NewGuid():n}";
        var import = new DatasetImport(own, new ImageLimits());
        var skipped = new List<SkippedEntry>();
        try
        {
            await import.RunAsync(
                Open(source, imageSize),
                found =>
                {
                    if (found is SkippedEntry entry)
                    {
                        skipped.Add(entry);
                    }

                    return ValueTask.CompletedTask;
                },
                stop);
        }
        catch (ImportRefusedException)
        {
            Tell(SkippedFiles.Of(skipped), imported: 0);
            throw;
        }

        await SkippedFiles.SaveAsync(own, skipped, stop);
        try
        {
            Directory.Move(own, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            import.Remove();
        }
    }

    private static IImageSource Open(string? source, int imageSize) => source switch
    {
        null => new DrawnFlowers(DrawnCount, DrawnSize(imageSize), DrawnSeed),
        _ when Directory.Exists(source) => new FolderImport(source, new ArchiveLimits()),
        _ when File.Exists(source) => new ZipImport(source, new ArchiveLimits()),
        _ => throw new FileNotFoundException($"{source} is neither a zip nor a folder."),
    };

    /// <summary>What the images are made from: names and bytes of all that the source offers.</summary>
    private static async Task<string> KeyAsync(string? source, int imageSize, CancellationToken stop)
    {
        if (source is null)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"drawn-flowers-{DrawnCount}-{DrawnSize(imageSize)}-{DrawnSeed}");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var item in Open(source, imageSize).ReadAsync(stop))
        {
            stop.ThrowIfCancellationRequested();
            switch (item)
            {
                case SourceEntry entry:
                    Append(Encoding.UTF8.GetBytes($"{entry.Name}\n{entry.Label}\n{entry.Validation}"));
                    Append(ContentOf(entry));
                    break;
                case SourceProblem problem:
                    Append(Encoding.UTF8.GetBytes($"{problem.Name}\n{problem.Reason}"));
                    break;
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];

        void Append(ReadOnlySpan<byte> bytes)
        {
            Span<byte> length = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }

    private static byte[] ContentOf(SourceEntry entry)
    {
        try
        {
            return entry.Content();
        }
        catch (BadImageException unreadable)
        {
            return Encoding.UTF8.GetBytes(unreadable.Message);
        }
    }

    private static int DrawnSize(int imageSize) => Math.Max(imageSize, 64);

    private static IEnumerable<LocalImages> Packs(string workFolder) =>
        (Directory.Exists(workFolder) ? Directory.GetDirectories(workFolder) : [])
            .Where(ImagePack.IsIn).Select(folder => new LocalImages(folder));

    private static void Tell(SkippedFiles leftOut, int imported)
    {
        if (leftOut.Describe(imported) is { Length: > 0 } words)
        {
            Console.Error.WriteLine(words);
        }
    }
}
