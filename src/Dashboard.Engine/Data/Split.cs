namespace Dashboard.Engine.Data;

/// <param name="Validation">The source's own split; null where it has none.</param>
internal sealed record SplitCandidate(string Sha256, string? Label, bool? Validation);

/// <summary>
/// Which images are held out: the same ones whatever their order or names, for only content hashes and labels decide. It is
/// written into the pack's index once, so a data set keeps its split whatever later versions do here.
/// </summary>
internal static class Split
{
    /// <summary>The images, each with its side.</summary>
    /// <param name="own">What the source says of each image; null leaves it to the content hash.</param>
    public static IReadOnlyList<PackedImage> Of(IReadOnlyList<PackedImage> images, IReadOnlyList<bool?> own)
    {
        var held = HeldOut([.. images.Select((image, i) => new SplitCandidate(image.Sha256, image.Label, own[i]))]);
        return [.. images.Select((image, i) => image with { Validation = own[i] ?? held.Contains(image.Sha256) })];
    }

    /// <summary>
    /// A fifth of the images without a split of their own, those with the smallest hashes; but each label with two images or more
    /// is on both sides, and a label with one is trained on.
    /// </summary>
    /// <returns>Content hashes.</returns>
    public static HashSet<string> HeldOut(IReadOnlyCollection<SplitCandidate> images)
    {
        var open = images.Where(image => image.Validation is null)
            .OrderBy(image => image.Sha256, StringComparer.Ordinal).ToList();
        var wanted = open.Count > 1 ? Math.Max(1, open.Count / 5) : 0;
        var held = new HashSet<string>();

        // Of how many images a label's training side may lose at most, so that one stays.
        var spare = images.Where(image => image.Label is not null && image.Validation != true)
            .GroupBy(image => image.Label!).ToDictionary(label => label.Key, label => label.Count() - 1);
        var validated = images.Where(image => image.Validation == true).Select(image => image.Label).ToHashSet();
        foreach (var label in open.Where(image => image.Label is not null && !validated.Contains(image.Label))
            .DistinctBy(image => image.Label))
        {
            Hold(label);
        }

        foreach (var image in open.TakeWhile(_ => held.Count < wanted))
        {
            Hold(image);
        }

        // Where each image has a label of its own, something must be held out all the same.
        return held.Count > 0 || validated.Count > 0 ? held : [.. open.Take(wanted).Select(image => image.Sha256)];

        void Hold(SplitCandidate image)
        {
            if (image.Label is null || spare[image.Label] > 0 && !held.Contains(image.Sha256))
            {
                held.Add(image.Sha256);
                if (image.Label is not null)
                {
                    spare[image.Label]--;
                }
            }
        }
    }
}
