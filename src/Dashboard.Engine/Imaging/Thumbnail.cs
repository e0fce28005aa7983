using SkiaSharp;

namespace Dashboard.Engine.Imaging;

/// <summary>Small square pictures for the wall of a data set.</summary>
public static class Thumbnail
{
    /// <summary>Pixels of a side.</summary>
    public const int Size = 128;

    // JPEG, for WebP takes three times as long, and this is half of an import.
    private const int Quality = 80;

    /// <summary>The image's centre.</summary>
    /// <param name="resizer">To <see cref="Size"/>.</param>
    public static PixelImage Of(PixelImage image, TriangleResizer resizer)
    {
        var rgb = new byte[Size * Size * 3];
        resizer.CropAndResize(image, rgb);
        return new PixelImage(Size, Size, rgb);
    }

    /// <summary>A JPEG of it.</summary>
    public static byte[] Encode(PixelImage thumbnail)
    {
        var rgba = new byte[Size * Size * 4];
        AlphaChannel.Add(thumbnail.Rgb, rgba);
        using var picture = SKImage.FromPixelCopy(new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using var data = picture.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }
}
