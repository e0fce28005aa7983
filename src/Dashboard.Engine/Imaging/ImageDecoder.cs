using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dashboard.Diffusion.Datasets;
using SkiaSharp;

namespace Dashboard.Engine.Imaging;

/// <summary>
/// Decodes JPEG, PNG, WebP, BMP and GIF to upright RGB, as a viewer shows them: turned by the EXIF orientation, colours converted
/// to sRGB, transparent parts on a background, and of an animation the first frame.
/// </summary>
public sealed class ImageDecoder
{
    // Above this many pixels only one image is decoded at a time, or a few panoramas would fill the memory.
    private const long LargeImage = 16_000_000;

    private readonly Lock large = new();
    private readonly ImageLimits limits;
    private readonly Rendering rendering;
    private readonly (byte Red, byte Green, byte Blue) background;

    /// <param name="rendering">Null for the current one on white.</param>
    public ImageDecoder(ImageLimits limits, Rendering? rendering = null)
    {
        this.limits = limits;
        this.rendering = rendering ?? Rendering.Current;
        background = this.rendering.BackgroundColour();
    }

    /// <exception cref="BadImageException">No image, a damaged one, or one outside the limits.</exception>
    public PixelImage Decode(byte[] encoded)
    {
        if (encoded.Length == 0)
        {
            throw new BadImageException("empty");
        }

        if (ForeignFormat.Explain(encoded) is { } foreign)
        {
            throw new BadImageException(foreign);
        }

        using var codec = SKCodec.Create(new SKMemoryStream(encoded), out var result);
        if (codec is null)
        {
            throw new BadImageException(
                result == SKCodecResult.Unimplemented ? "no image (JPEG, PNG, WebP or BMP)" : Describe(result));
        }

        Check(codec);
        var facts = ContainerFacts.Of(encoded);
        if ((long)codec.Info.Width * codec.Info.Height <= LargeImage)
        {
            return Decode(codec, facts);
        }

        lock (large)
        {
            return Decode(codec, facts);
        }
    }

    private void Check(SKCodec codec)
    {
        if (codec.EncodedFormat is not (SKEncodedImageFormat.Jpeg
            or SKEncodedImageFormat.Png
            or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp
            or SKEncodedImageFormat.Gif))
        {
            throw new BadImageException(
                $"{codec.EncodedFormat.ToString().ToUpperInvariant()} is not read. Convert it to JPEG or PNG.");
        }

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if (Math.Min(width, height) < limits.SmallestSide)
        {
            throw new BadImageException(
                $"tiny: a {codec.EncodedFormat.ToString().ToUpperInvariant()} of {width} × {height} pixels, "
                    + $"each side needs at least {limits.SmallestSide}");
        }

        if (Math.Max(width, height) > limits.LargestSide || (long)width * height > limits.MostPixels)
        {
            throw new BadImageException(
                $"huge: {width} × {height} pixels, at most {limits.LargestSide} on a side and "
                    + $"{limits.MostPixels / 1_000_000} million in all are read");
        }
    }

    private PixelImage Decode(SKCodec codec, ContainerFacts facts)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul);
        var rented = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            var rgba = rented.AsSpan(0, info.BytesSize);
            var converted = rendering.ConvertsProfiles
                && (facts.IsFourColour || codec.Info.ColorSpace is { IsSrgb: false });
            Read(codec, converted ? info.WithColorSpace(SKColorSpace.CreateSrgb()) : info, rented);

            var asBefore = codec.EncodedFormat == SKEncodedImageFormat.Jpeg ? codec.EncodedOrigin : SKEncodedOrigin.TopLeft;
            var origin = rendering.TurnsEveryContainer ? (SKEncodedOrigin)facts.Orientation : asBefore;
            var traits = (converted ? PictureTraits.Converted : 0)
                | (origin != asBefore ? PictureTraits.Turned : 0)
                | (facts.IsAnimated || codec.FrameCount > 1 ? PictureTraits.Animated : 0);
            if (codec.Info.AlphaType != SKAlphaType.Opaque || origin != SKEncodedOrigin.TopLeft)
            {
                return Upright(rgba, width, height, origin, traits);
            }

            var image = PixelImage.Rent(width, height, traits);
            AlphaChannel.Drop(rgba, image.Rgb);
            return image;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void Read(SKCodec codec, SKImageInfo info, byte[] rgba)
    {
        var pin = GCHandle.Alloc(rgba, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(info, pin.AddrOfPinnedObject());
            if (result == SKCodecResult.InvalidConversion && info.ColorSpace is not null)
            {
                // A profile that can't be converted is left alone, as viewers do.
                result = codec.GetPixels(info.WithColorSpace(null), pin.AddrOfPinnedObject());
            }

            if (result != SKCodecResult.Success)
            {
                throw new BadImageException(Describe(result));
            }
        }
        finally
        {
            pin.Free();
        }
    }

    /// <summary>Lays transparent parts on the background (colours are premultiplied) and turns by the orientation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private PixelImage Upright(ReadOnlySpan<byte> rgba, int width, int height, SKEncodedOrigin origin, PictureTraits traits)
    {
        var turned = origin is SKEncodedOrigin.LeftTop
            or SKEncodedOrigin.RightTop
            or SKEncodedOrigin.RightBottom
            or SKEncodedOrigin.LeftBottom;
        var (outWidth, outHeight) = turned ? (height, width) : (width, height);
        if (IsTransparent(rgba))
        {
            traits |= PictureTraits.Transparent;
        }

        var image = PixelImage.Rent(outWidth, outHeight, traits);
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
        var (red, green, blue) = background;
        var from = 0;
        for (var y = 0; y < height; y++)
        {
            var to = start + (y * down);
            for (var x = 0; x < width; x++, from += 4, to += right)
            {
                var missing = 255 - rgba[from + 3];
                rgb[to * 3] = (byte)(rgba[from] + Share(missing, red));
                rgb[(to * 3) + 1] = (byte)(rgba[from + 1] + Share(missing, green));
                rgb[(to * 3) + 2] = (byte)(rgba[from + 2] + Share(missing, blue));
            }
        }

        return image;
    }

    /// <summary>A colour's part behind what is missing to opaque, rounded.</summary>
    private static int Share(int missing, byte colour) => ((missing * colour) + 127) / 255;

    private static bool IsTransparent(ReadOnlySpan<byte> rgba)
    {
        for (var i = 3; i < rgba.Length; i += 4)
        {
            if (rgba[i] != byte.MaxValue)
            {
                return true;
            }
        }

        return false;
    }

    private static string Describe(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "corrupt: the file ends too early",
        SKCodecResult.ErrorInInput or SKCodecResult.InvalidInput => "corrupt: the image can't be decoded",
        _ => $"corrupt: the image can't be decoded ({result})",
    };
}
