using Dashboard.Engine.Imaging;
using Dashboard.Formats.Labels;
using Dashboard.Formats.Zip;

namespace Dashboard.Engine.Data;

/// <summary>
/// Gives the images of a pack other labels, names and splits. The images themselves, their order and so all that names one by
/// its place stay as they are.
/// </summary>
public sealed class PackRelabelling
{
    private readonly string folder;
    private readonly Rendering? rendering;

    private PackRelabelling(string folder, Rendering? rendering, IReadOnlyList<PackedImage> images, PackLabels labels)
    {
        (this.folder, this.rendering) = (folder, rendering);
        (Images, Labels, Fingerprint) = (images, labels, ImagePackWriter.Fingerprint(images));
    }

    /// <summary>In the order of the pack.</summary>
    public IReadOnlyList<PackedImage> Images { get; }

    public PackLabels Labels { get; }

    /// <summary>SHA-256 over each image's content hash and split, in order.</summary>
    public string Fingerprint { get; }

    /// <summary>Works out the new index; nothing is written yet.</summary>
    /// <param name="was">By what the images are labelled now.</param>
    /// <param name="hasFolders">Whether folders say the labels and the split; else the source itself did.</param>
    /// <exception cref="InvalidDataException">The folder holds no complete pack.</exception>
    public static PackRelabelling Of(string folder, LabelOptions was, LabelOptions wanted, bool hasFolders)
    {
        var index = ImagePack.ReadIndex(folder);
        var labels = PackLabels.Of(
            [.. index.Images.Select(i => new PackName(i.FullName ?? i.Name, i.NameBytes, i.OwnLabel ?? i.Label))],
            wanted,
            hasFolders);
        IReadOnlyList<PackedImage> images =
            [.. index.Images.Zip(labels.Images, (image, given) => Label(image, given, keepsOwn: !hasFolders))];

        // What is only renamed or left out keeps its side; so does what its source has split.
        return new PackRelabelling(
            folder,
            index.Rendering,
            hasFolders && !wanted.ReadsAs(was)
                ? Split.Of(images, [.. labels.Images.Select(image => image.Verdict.Validation)])
                : images,
            labels);
    }

    /// <summary>Puts the new index in the place of the old one.</summary>
    public void Write() => ImagePack.WriteIndex(folder, new PackIndex(Fingerprint, Images, rendering));

    /// <summary>Deletes decoded images that nobody opens under the new fingerprint.</summary>
    public void RemoveStaleCaches()
    {
        var caches = Path.Combine(folder, "cache");
        foreach (var cache in Directory.Exists(caches) ? Directory.GetFiles(caches, "*.bin") : [])
        {
            if (!Path.GetFileName(cache).StartsWith(Fingerprint, StringComparison.Ordinal))
            {
                File.Delete(cache);
            }
        }
    }

    private static PackedImage Label(PackedImage image, PackVerdict given, bool keepsOwn)
    {
        var (label, own) = (given.Verdict.Label, image.OwnLabel ?? image.Label);
        var name = EntryName.ForPeople(given.Name);
        return image with
        {
            Name = name,
            FullName = name == given.Name ? null : given.Name,
            Label = label,
            OwnLabel = keepsOwn && label != own ? own : null,
        };
    }
}
