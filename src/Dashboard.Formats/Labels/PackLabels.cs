using Dashboard.Formats.Zip;

namespace Dashboard.Formats.Labels;

/// <summary>One image of a data set, as far as its label depends on it.</summary>
/// <param name="Name">Its path in the source.</param>
/// <param name="Bytes">The name as the archive has it, where it may be read otherwise.</param>
/// <param name="Label">As its source called it; asked only where no folders say it.</param>
public sealed record PackName(string Name, byte[]? Bytes, string? Label);

/// <param name="Name">Its path in the source, read by the chosen encoding.</param>
/// <param name="Folder">What its label is called in the source; null for none.</param>
public sealed record PackVerdict(string Name, string? Folder, FolderVerdict Verdict);

/// <summary>Which labels the images of a data set that was imported before get by a person's options.</summary>
/// <param name="Images">In the order of the pack.</param>
public sealed record PackLabels(IReadOnlyList<PackVerdict> Images, LabelFindings Findings)
{
    /// <param name="hasFolders">Whether folders say the labels; else the source itself did.</param>
    public static PackLabels Of(IReadOnlyList<PackName> images, LabelOptions options, bool hasFolders)
    {
        if (!hasFolders)
        {
            return OfSource(images, options);
        }

        var (names, encoding) = Read(images, options);
        var labels = FolderLabels.Of(names, options);
        return new PackLabels(
            [.. names.Select(name => new PackVerdict(name, labels.FolderOf(name), labels.For(name)))],
            labels.Findings with { NameEncoding = encoding?.Id });
    }

    private static PackLabels OfSource(IReadOnlyList<PackName> images, LabelOptions options)
    {
        var labels = images.Select(image => options.Level == 0 ? null : image.Label).ToList();
        var counts = labels.OfType<string>().GroupBy(label => label).Select(g => new FolderCount(g.Key, g.Count()))
            .OrderBy(count => count.Name, StringComparer.Ordinal);
        return new PackLabels(
            [.. images.Zip(labels, (image, label) => new PackVerdict(image.Name, label, Verdict(label)))],
            new LabelFindings(null, [.. counts.Take(FolderLabels.MostListed)], [], new SplitCounts(0, 0, 0)));

        FolderVerdict Verdict(string? label) => new(
            label is null ? null : options.Rename.GetValueOrDefault(label, label),
            null,
            label is not null && options.LeaveOut.Contains(label));
    }

    private static (string[] Names, NameEncoding? Used) Read(IReadOnlyList<PackName> images, LabelOptions options)
    {
        var open = images.Index().Where(image => image.Item.Bytes is not null).ToList();
        var (read, used) = ZipNames.Decode(
            [.. open.Select(image => new ReadOnlyMemory<byte>(image.Item.Bytes))], NameEncoding.Find(options.NameEncoding));
        string[] names = [.. images.Select(image => image.Name)];
        foreach (var (image, name) in open.Zip(read))
        {
            names[image.Index] = name;
        }

        return (names, open.Count > 0 ? used : null);
    }
}
