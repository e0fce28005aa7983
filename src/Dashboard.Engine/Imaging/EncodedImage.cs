using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Imaging;

/// <summary>A picture as it is stored: lossless PNG and a small WebP.</summary>
internal sealed record EncodedImage(byte[] Png, byte[] Thumbnail, int Width, int Height)
{
    private const int ThumbnailSide = 128;
    private const int ThumbnailQuality = 80;

    /// <param name="images">N×3×H×W in [0, 1].</param>
    public static IReadOnlyList<EncodedImage> FromTensor(Tensor images)
    {
        using var scope = NewDisposeScope();
        var pixels = (images * 255).add_(0.5).floor_().to(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().cpu();
        var (count, height, width) = ((int)pixels.shape[0], (int)pixels.shape[1], (int)pixels.shape[2]);
        var bytes = pixels.bytes.ToArray();
        return [.. Enumerable.Range(0, count).Select(
            i => Encode(bytes.AsSpan(i * height * width * 3, height * width * 3), width, height))];
    }

    /// <summary>A PNG of ours back again.</summary>
    /// <returns>1×3×H×W bytes.</returns>
    public static Tensor ToTensor(byte[] png)
    {
        using var scope = NewDisposeScope();
        var bounds = SKBitmap.DecodeBounds(png);
        using var bitmap = SKBitmap.Decode(
            png, new SKImageInfo(bounds.Width, bounds.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        return tensor(bitmap.Bytes, [1, bitmap.Height, bitmap.Width, 4], ScalarType.Byte)
            .narrow(3, 0, 3).permute(0, 3, 1, 2).clone().MoveToOuterDisposeScope();
    }

    private static EncodedImage Encode(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var rgba = new byte[width * height * 4];
        AlphaChannel.Add(rgb, rgba);
        using var image = SKImage.FromPixelCopy(info, rgba);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        using var small = Shrink(image);
        using var thumbnail = small.Encode(SKEncodedImageFormat.Webp, ThumbnailQuality);
        return new EncodedImage(png.ToArray(), thumbnail.ToArray(), width, height);
    }

    private static SKImage Shrink(SKImage image)
    {
        var scale = Math.Min(1, (double)ThumbnailSide / Math.Max(image.Width, image.Height));
        if (scale == 1)
        {
            return image.Subset(image.Info.Rect);
        }

        using var bitmap = SKBitmap.FromImage(image);
        using var small = bitmap.Resize(
            new SKImageInfo(
                (int)Math.Round(image.Width * scale), (int)Math.Round(image.Height * scale), SKColorType.Rgba8888,
                SKAlphaType.Opaque),
            new SKSamplingOptions(SKCubicResampler.Mitchell));
        return SKImage.FromBitmap(small);
    }
}
