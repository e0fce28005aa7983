namespace Dashboard.Engine.Data.Importing;

/// <summary>A data set that is whole on disk.</summary>
/// <param name="Images">With their final splits, in the order of the pack.</param>
/// <param name="Bytes">Of the pack.</param>
public sealed record ImportedDataset(IReadOnlyList<PackedImage> Images, long Bytes)
{
    /// <summary>SHA-256 over each image's content hash and split, in order.</summary>
    public string Fingerprint { get; } = ImagePackWriter.Fingerprint(Images);

    public int LabelCount { get; } = Images.Select(image => image.Label).OfType<string>().Distinct().Count();
}
