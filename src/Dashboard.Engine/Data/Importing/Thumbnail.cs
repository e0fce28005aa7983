using SkiaSharp;

namespace Dashboard.Engine.Data.Importing;

/// <summary>Small square pictures for the wall of a data set.</summary>
public static class Thumbnail
{
    /// <summary>Pixels of a side.</summary>
    public const int Size = 128;

    private const int Quality = 78;

    /// <summary>A WebP of the image's centre.</summary>
    public static byte[] Encode(PixelImage image, TriangleResizer resizer)
    {
        var rgb = new byte[Size * Size * 3];
        resizer.CropAndResize(image, rgb);
        var rgba = new byte[Size * Size * 4];
        for (var (from, to) = (0, 0); from < rgb.Length; from += 3, to += 4)
        {
            rgba[to] = rgb[from];
            rgba[to + 1] = rgb[from + 1];
            rgba[to + 2] = rgb[from + 2];
            rgba[to + 3] = 255;
        }

        using var picture = SKImage.FromPixelCopy(new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
        using var data = picture.Encode(SKEncodedImageFormat.Webp, Quality);
        return data.ToArray();
    }
}
