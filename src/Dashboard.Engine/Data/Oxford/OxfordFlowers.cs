using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Downloads;

namespace Dashboard.Engine.Data.Oxford;

/// <summary>
/// Oxford Flowers 102: 8,189 photographs of 102 kinds. Training is the official training and test part together
/// and validation the official validation part, as in the system that this project continues.
/// </summary>
/// <param name="downloads">A folder for the three files; those that are there already are not downloaded again.</param>
public sealed class OxfordFlowers(HttpClient http, OxfordOptions options, string downloads) : IImageSource
{
    // Downloading is by far the longer part.
    private const double DownloadShare = 0.7;

    public async IAsyncEnumerable<SourceItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(downloads);
        var download = new ResumingDownload(http, options.BaseAddress, options.Download, downloads);
        foreach (var file in new[] { options.Splits, options.Labels, options.Images })
        {
            var share = file == options.Images ? DownloadShare : 0;
            var shown = -1.0;
            await foreach (var fraction in download.FetchAsync(file, cancellationToken))
            {
                if (fraction - shown >= 0.002)
                {
                    shown = fraction;
                    yield return new SourceProgress(share * fraction, $"downloading {file.Name}");
                }
            }
        }

        var labels = Array(options.Labels, "labels");
        var parts = Parts();
        await using var archive = File.OpenRead(Path.Combine(downloads, options.Images.Name));
        await using var tar = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
        var seen = 0;
        while (await NextAsync(tar, cancellationToken) is { } entry)
        {
            if (entry.DataStream is not null)
            {
                yield return await ReadAsync(entry, labels, parts, cancellationToken);
                if (seen++ % 32 == 0)
                {
                    yield return new SourceProgress(
                        DownloadShare + ((1 - DownloadShare) * seen / labels.Length), "reading the archive");
                }
            }
        }
    }

    private static async Task<SourceItem> ReadAsync(
        TarEntry entry, double[] labels, Dictionary<int, bool> parts, CancellationToken stop)
    {
        // jpg/image_00001.jpg: the number, from 1, is the place in the labels and what the splits list.
        var name = Path.GetFileNameWithoutExtension(entry.Name);
        if (!name.StartsWith("image_", StringComparison.Ordinal)
            || !int.TryParse(name.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return new SourceProblem(entry.Name, "by its name not an image of the data set");
        }

        if (!parts.TryGetValue(number, out var validation) || number > labels.Length)
        {
            return new SourceProblem(entry.Name, "in none of the official parts");
        }

        using var content = new MemoryStream();
        await entry.DataStream!.CopyToAsync(content, stop);
        var bytes = content.ToArray();
        return new SourceEntry(
            entry.Name, ((int)labels[number - 1]).ToString(CultureInfo.InvariantCulture), () => bytes, validation);
    }

    /// <summary>By the image's number, whether it is held out.</summary>
    private Dictionary<int, bool> Parts()
    {
        var parts = new Dictionary<int, bool>();
        foreach (var (array, validation) in new[] { ("trnid", false), ("tstid", false), ("valid", true) })
        {
            foreach (var number in Array(options.Splits, array))
            {
                parts[(int)number] = validation;
            }
        }

        return parts;
    }

    private double[] Array(RemoteFile file, string name)
    {
        try
        {
            return MatFile.Read(File.ReadAllBytes(Path.Combine(downloads, file.Name))).GetValueOrDefault(name)
                ?? throw new ImportRefusedException($"{file.Name} has no array “{name}”.");
        }
        catch (InvalidDataException e)
        {
            throw new ImportRefusedException($"{file.Name}: {e.Message}", e);
        }
    }

    private static async Task<TarEntry?> NextAsync(TarReader tar, CancellationToken stop)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, stop);
        }
        catch (InvalidDataException e)
        {
            throw new ImportRefusedException($"The archive of images is damaged: {e.Message}", e);
        }
    }
}
