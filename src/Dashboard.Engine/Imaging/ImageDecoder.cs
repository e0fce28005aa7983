using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dashboard.Diffusion.Datasets;
using SkiaSharp;

namespace Dashboard.Engine.Imaging;

/// <summary>Decodes JPEG, PNG, WebP and BMP to upright RGB. Colour profiles are left alone, as the Keras examples do.</summary>
public sealed class ImageDecoder(ImageLimits limits)
{
    // Above this many pixels only one image is decoded at a time, or a few panoramas would fill the memory.
    private const long LargeImage = 16_000_000;

    private readonly Lock large = new();

    /// <summary>The whole image, turned upright; transparent parts lie on white.</summary>
    /// <exception cref="BadImageException">No image, a damaged one, or one outside the limits.</exception>
    public PixelImage Decode(byte[] encoded)
    {
        if (encoded.Length == 0)
        {
            throw new BadImageException("empty");
        }

        using var codec = SKCodec.Create(new SKMemoryStream(encoded), out var result);
        if (codec is null)
        {
            throw new BadImageException(
                result == SKCodecResult.Unimplemented ? "no image (JPEG, PNG, WebP or BMP)" : Describe(result));
        }

        Check(codec);
        if ((long)codec.Info.Width * codec.Info.Height <= LargeImage)
        {
            return Decode(codec);
        }

        lock (large)
        {
            return Decode(codec);
        }
    }

    private void Check(SKCodec codec)
    {
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Jpeg
            or SKEncodedImageFormat.Png
            or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp))
        {
            throw new BadImageException(
                $"{codec.EncodedFormat.ToString().ToUpperInvariant()} is not read; JPEG, PNG, WebP and BMP are");
        }

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (Math.Min(width, height) < limits.SmallestSide)
        {
            throw new BadImageException(
                $"tiny: {width} × {height} pixels, each side needs at least {limits.SmallestSide}");
        }

        if (Math.Max(width, height) > limits.LargestSide || (long)width * height > limits.MostPixels)
        {
            throw new BadImageException(
                $"huge: {width} × {height} pixels, at most {limits.LargestSide} on a side and "
                    + $"{limits.MostPixels / 1_000_000} million in all are read");
        }
    }

    private static PixelImage Decode(SKCodec codec)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul);
        var rented = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            var rgba = rented.AsSpan(0, info.BytesSize);
            var pin = GCHandle.Alloc(rented, GCHandleType.Pinned);
            try
            {
                var result = codec.GetPixels(info, pin.AddrOfPinnedObject());
                if (result != SKCodecResult.Success)
                {
                    throw new BadImageException(Describe(result));
                }
            }
            finally
            {
                pin.Free();
            }

            if (codec.Info.AlphaType != SKAlphaType.Opaque || codec.EncodedOrigin != SKEncodedOrigin.TopLeft)
            {
                return Upright(rgba, width, height, codec.EncodedOrigin);
            }

            var image = PixelImage.Rent(width, height);
            AlphaChannel.Drop(rgba, image.Rgb);
            return image;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>
    /// Drops alpha (premultiplied, so adding what is missing to 255 lays it on white) and turns by the EXIF orientation.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static PixelImage Upright(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin)
    {
        var turned = origin is SKEncodedOrigin.LeftTop
            or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        var (outWidth, outHeight) = turned ? (height, width) : (width, height);
        var image = PixelImage.Rent(outWidth, outHeight);
        var rgb = image.Rgb;

        // Where the encoded pixel (0, 0) goes, and how far one step right or down in the encoded image moves in the upright one.
        var (start, right, down) = origin switch
        {
            SKEncodedOrigin.TopRight => (outWidth - 1, -1, outWidth),
            SKEncodedOrigin.BottomRight => ((outWidth * outHeight) - 1, -1, -outWidth),
            SKEncodedOrigin.BottomLeft => (outWidth * (outHeight - 1), 1, -outWidth),
            SKEncodedOrigin.LeftTop => (0, outWidth, 1),
            SKEncodedOrigin.RightTop => (outWidth - 1, outWidth, -1),
            SKEncodedOrigin.RightBottom => ((outWidth * outHeight) - 1, -outWidth, -1),
            SKEncodedOrigin.LeftBottom => (outWidth * (outHeight - 1), -outWidth, 1),
            _ => (0, 1, outWidth),
        };
        var from = 0;
        for (var y = 0; y < height; y++)
        {
            var to = start + (y * down);
            for (var x = 0; x < width; x++, from += 4, to += right)
            {
                var white = 255 - rgba[from + 3];
                rgb[to * 3] = (byte)(rgba[from] + white);
                rgb[(to * 3) + 1] = (byte)(rgba[from + 1] + white);
                rgb[(to * 3) + 2] = (byte)(rgba[from + 2] + white);
            }
        }

        return image;
    }

    private static string Describe(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "corrupt: the file ends too early",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "corrupt: the image can't be decoded",
        _ => $"corrupt: the image can't be decoded ({result})",
    };
}
