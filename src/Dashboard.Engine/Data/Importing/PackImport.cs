using System.Runtime.CompilerServices;
using Dashboard.Formats.Labels;
using Dashboard.Formats.Zip;

namespace Dashboard.Engine.Data.Importing;

/// <summary>
/// The images of a data set that was imported before, to give them other labels: the archive that they came from may be gone.
/// </summary>
/// <param name="folder">Another than the one that is written.</param>
public sealed class PackImport(string folder, LabelOptions options) : IImageSource
{
    public async IAsyncEnumerable<SourceItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        using var pack = ImagePack.Open(folder);
        var images = pack.Images.Concat(pack.LeftOut).OrderBy(image => image.Offset).ToList();
        var (names, encoding) = Names(images);
        var labels = FolderLabels.Of(names, options);
        yield return new SourceFindings(labels.Findings with { NameEncoding = encoding?.Id });
        foreach (var (i, image) in images.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var verdict = labels.For(names[i]);
            var bytes = pack.Read(image);
            yield return new SourceEntry(names[i], verdict.Label, () => bytes, verdict.Validation)
            {
                NameBytes = image.NameBytes,
                IsLeftOut = verdict.IsLeftOut,
            };
            if (i % 32 == 0)
            {
                yield return new SourceProgress((double)i / images.Count, "reading the images again");
            }
        }
    }

    private (string[] Names, NameEncoding? Used) Names(List<PackedImage> images)
    {
        var open = images.Index().Where(image => image.Item.NameBytes is not null).ToList();
        var (read, used) = ZipNames.Decode(
            [.. open.Select(image => new ReadOnlyMemory<byte>(image.Item.NameBytes))], NameEncoding.Find(options.NameEncoding));
        string[] names = [.. images.Select(image => image.Name)];
        foreach (var (image, name) in open.Zip(read))
        {
            names[image.Index] = name;
        }

        return (names, open.Count > 0 ? used : null);
    }
}
