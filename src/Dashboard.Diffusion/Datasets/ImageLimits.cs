namespace Dashboard.Diffusion.Datasets;

/// <summary>
/// What an image must be to become part of a data set. The bounds are checked on the header, before anything is decoded.
/// </summary>
public sealed record ImageLimits
{
    /// <summary>For images that an import let in.</summary>
    public static ImageLimits None { get; } = new() { SmallestSide = 1, LargestSide = int.MaxValue, MostPixels = long.MaxValue };

    /// <summary>Pixels of the shorter side.</summary>
    public int SmallestSide { get; init; } = 8;

    /// <summary>Pixels of the longer side.</summary>
    public int LargestSide { get; init; } = 20_000;

    /// <summary>Width times height. Decoding takes four bytes for each.</summary>
    public long MostPixels { get; init; } = 64_000_000;

    /// <summary>
    /// Pixels of all images of an archive beyond what <see cref="UsualPixels"/> and <see cref="UsualPixelsPerByte"/> admit:
    /// a few kilobytes that decode to a huge empty picture cost as much time as a photograph.
    /// </summary>
    public long MostSparsePixels { get; init; } = 250_000_000;

    /// <summary>Pixels that any image may have, however few bytes it takes.</summary>
    public long UsualPixels { get; init; } = 2_000_000;

    /// <summary>Photographs have 2 to 10.</summary>
    public long UsualPixelsPerByte { get; init; } = 16;
}
