namespace Dashboard.Diffusion.Datasets;

/// <summary>
/// What an image must be to become part of a data set. The bounds are checked on the header, before anything is decoded.
/// </summary>
public sealed record ImageLimits
{
    /// <summary>Pixels of the shorter side.</summary>
    public int SmallestSide { get; init; } = 8;

    /// <summary>Pixels of the longer side.</summary>
    public int LargestSide { get; init; } = 20_000;

    /// <summary>Width times height. Decoding takes four bytes for each.</summary>
    public long MostPixels { get; init; } = 100_000_000;
}
