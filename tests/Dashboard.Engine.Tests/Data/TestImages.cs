using System.IO.Compression;
using Dashboard.Engine.Imaging;
using SkiaSharp;

namespace Dashboard.Engine.Tests.Data;

/// <summary>Pictures and archives made for a test.</summary>
internal static class TestImages
{
    /// <summary>
    /// A picture with edges and gradients; the same formula as in the script that made <see cref="ResizeGolden"/>.
    /// </summary>
    public static PixelImage Pattern(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        for (var (y, i) = (0, 0); y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var c = 0; c < 3; c++, i++)
                {
                    rgb[i] = (byte)(((x * 7) + (y * 13) + (c * 29) + (x * y % 11 * 5) + (((x / 3) + (y / 5)) % 2 * 60)) % 256);
                }
            }
        }

        return new PixelImage(width, height, rgb);
    }

    public static byte[] Encode(PixelImage image, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var at = ((y * image.Width) + x) * 3;
                bitmap.SetPixel(x, y, new SKColor(image.Rgb[at], image.Rgb[at + 1], image.Rgb[at + 2]));
            }
        }

        using var data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    /// <summary>A small PNG of one colour that no other number gives.</summary>
    public static byte[] Png(int number, int width = 12, int height = 12) => Encode(
        new PixelImage(
            width, height,
            [.. Enumerable.Range(0, width * height * 3).Select(i => (byte)((number * 37) + (i % 3 * 50) + (number >> 3)))]),
        SKEncodedImageFormat.Png);

    /// <summary>Skia writes no BMP: an uncompressed one of 24 bits, rows from the bottom.</summary>
    public static byte[] Bmp(PixelImage image)
    {
        var stride = ((image.Width * 3) + 3) / 4 * 4;
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("BM"u8);
        writer.Write(54 + (stride * image.Height));
        writer.Write(0);
        writer.Write(54);
        writer.Write(40);
        writer.Write(image.Width);
        writer.Write(image.Height);
        writer.Write((short)1);
        writer.Write((short)24);
        writer.Write(new byte[24]);
        for (var y = image.Height - 1; y >= 0; y--)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var at = ((y * image.Width) + x) * 3;
                writer.Write([image.Rgb[at + 2], image.Rgb[at + 1], image.Rgb[at]]);
            }

            writer.Write(new byte[stride - (image.Width * 3)]);
        }

        return stream.ToArray();
    }

    /// <summary>A JPEG with an EXIF segment that says only how to turn it.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0,
            0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    public static string Zip(string folder, params (string Name, byte[] Content)[] entries)
    {
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.zip");
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, content) in entries)
        {
            using var stream = zip.CreateEntry(name).Open();
            stream.Write(content);
        }

        return path;
    }
}
