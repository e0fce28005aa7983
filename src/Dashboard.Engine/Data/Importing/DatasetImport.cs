using System.Security.Cryptography;
using System.Threading.Channels;
using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Downloads;
using Dashboard.Engine.Imaging;
using Dashboard.Formats;
using Dashboard.Formats.Zip;

namespace Dashboard.Engine.Data.Importing;

/// <summary>
/// Reads a source into a pack: entries are examined on all cores, packed in their order, and appear all at once at the end.
/// </summary>
/// <param name="rendering">How the images become pixels; null for the current one on white.</param>
public sealed class DatasetImport(string datasetFolder, ImageLimits limits, Rendering? rendering = null)
{
    private readonly ImageDecoder decoder = new(limits, rendering);
    private readonly PerceptualHash hash = new();
    private readonly TriangleResizer resizer = new(Thumbnail.Size);

    private string UnfinishedFolder => datasetFolder.TrimEnd(Path.DirectorySeparatorChar) + ArtifactNames.ImportingSuffix;

    /// <summary>Imports from zero, replacing what an earlier attempt left. On any error nothing stays.</summary>
    /// <param name="report">Told in the order of the source, one at a time.</param>
    /// <exception cref="ImportRefusedException">The source as a whole can't be imported.</exception>
    public async Task<ImportedDataset> RunAsync(IImageSource source, Func<ImportEvent, ValueTask> report, CancellationToken stop)
    {
        Remove();
        try
        {
            ImportedDataset result;
            using (var writer = new ImagePackWriter(UnfinishedFolder, rendering))
            {
                await PackAsync(source, writer, report, stop);
                if (writer.Count == 0)
                {
                    throw new ImportRefusedException("No readable images. Supported: JPEG, PNG, WebP, BMP.");
                }

                await report(new ImportProgress(1, "writing the index"));
                result = new ImportedDataset(writer.Complete(), writer.Bytes);
            }

            Directory.Move(UnfinishedFolder, datasetFolder);
            return result;
        }
        catch
        {
            Remove();
            throw;
        }
    }

    /// <summary>Deletes the data set's files, finished or not.</summary>
    public void Remove()
    {
        foreach (var folder in new[] { datasetFolder, UnfinishedFolder }.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task PackAsync(
        IImageSource source, ImagePackWriter writer, Func<ImportEvent, ValueTask> report, CancellationToken stop)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var examined = Channel.CreateBounded<Task<Examined>>(8 * Environment.ProcessorCount);
        var reading = ReadAsync(source, examined.Writer, ended.Token);
        try
        {
            await foreach (var next in examined.Reader.ReadAllAsync(stop))
            {
                await report(Pack(await next, writer));
            }
        }
        finally
        {
            await ended.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(IImageSource source, ChannelWriter<Task<Examined>> examined, CancellationToken stop)
    {
        // Off the caller's thread at once: sources read files synchronously.
        await Task.Yield();
        try
        {
            await foreach (var item in source.ReadAsync(stop).WithCancellation(stop))
            {
                await examined.WriteAsync(
                    item is SourceEntry entry ? Task.Run(() => Examine(entry), stop) : Task.FromResult(new Examined(item)), stop);
            }

            examined.Complete();
        }
        catch (Exception e)
        {
            examined.Complete(e is DownloadFailedException ? new ImportRefusedException(e.Message, e) : e);
        }
    }

    private Examined Examine(SourceEntry entry)
    {
        try
        {
            var bytes = entry.Content();
            using var image = decoder.Decode(bytes);
            using var thumbnail = Thumbnail.Of(image, resizer);
            return new Examined(entry)
            {
                Bytes = bytes,
                Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
                Width = image.Width,
                Height = image.Height,
                Thumbnail = Thumbnail.Encode(thumbnail),
                Traits = image.Traits,
                Hash = hash.Of(thumbnail),
            };
        }
        catch (BadImageException e)
        {
            return new Examined(new SourceProblem(entry.Name, e.Message));
        }
    }

    private static ImportEvent Pack(Examined examined, ImagePackWriter writer)
    {
        switch (examined.Item)
        {
            case SourceProgress progress:
                return new ImportProgress(progress.Fraction, progress.Phase);
            case SourceFindings found:
                return new ImportFindings(found.Findings);
            case SourceProblem problem:
                return new SkippedEntry(EntryName.ForPeople(problem.Name), problem.Reason);
            case SourceEntry entry when writer.NameOf(examined.Sha256) is { } twin:
                return new SkippedEntry(EntryName.ForPeople(entry.Name), $"duplicate: the same file as {twin}");
            case SourceEntry entry:
                var image = Packed(entry, examined);
                var index = writer.Append(image, entry.Validation, examined.Bytes, examined.Traits);
                return new ImportedImage(index, image.Name, entry.Label, examined.Width, examined.Height, examined.Thumbnail)
                {
                    IsTransparent = examined.Traits.HasFlag(PictureTraits.Transparent),
                    IsAnimated = examined.Traits.HasFlag(PictureTraits.Animated),
                    Hash = examined.Hash,
                    IsLeftOut = entry.IsLeftOut,
                };
            default:
                throw new InvalidOperationException($"{examined.Item.GetType().Name} is not known here.");
        }
    }

    private static PackedImage Packed(SourceEntry entry, Examined examined)
    {
        var name = EntryName.ForPeople(entry.Name);
        return new PackedImage(name, entry.Label, false, 0, 0, examined.Sha256, examined.Width, examined.Height)
        {
            NameBytes = entry.NameBytes,
            FullName = name == entry.Name ? null : entry.Name,
        };
    }

    /// <summary>An item of the source, and for a good image what its examination found.</summary>
    private sealed record Examined(SourceItem Item)
    {
        public byte[] Bytes { get; init; } = [];

        public byte[] Thumbnail { get; init; } = [];

        public string Sha256 { get; init; } = "";

        public int Width { get; init; }

        public int Height { get; init; }

        public PictureTraits Traits { get; init; }

        public long? Hash { get; init; }
    }
}
