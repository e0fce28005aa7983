namespace Dashboard.Storage.Gallery;

/// <summary>PNG bytes by their SHA-256, once however often they are shown.</summary>
public sealed class ImageBlob
{
    public required string Sha256 { get; init; }

    public required byte[] Png { get; init; }

    /// <summary>A small WebP.</summary>
    public required byte[] Thumbnail { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }
}
