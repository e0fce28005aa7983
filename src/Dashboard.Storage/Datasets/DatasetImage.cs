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
}
