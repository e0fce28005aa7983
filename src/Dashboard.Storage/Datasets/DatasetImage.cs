namespace Dashboard.Storage.Datasets;

/// <summary>One image of a data set, with a small JPEG for the wall.</summary>
public sealed class DatasetImage
{
    public required long DatasetId { get; init; }

    /// <summary>Its place in the pack, from 0.</summary>
    public required int Index { get; init; }

    public required string Name { get; init; }

    public string? Label { get; init; }

    public required bool Validation { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required byte[] Thumbnail { get; init; }

    /// <summary>A person left it or its label out: new runs neither train on it nor compare with it.</summary>
    public bool LeftOut { get; set; }

    /// <summary>Parts of it are not opaque; they lie on the data set's background.</summary>
    public bool IsTransparent { get; init; }

    /// <summary>Only its first frame is used.</summary>
    public bool IsAnimated { get; init; }

    /// <summary>
    /// Its perceptual hash; null if it shows too little to have one, or was imported before there were any.
    /// </summary>
    public long? Hash { get; init; }
}
