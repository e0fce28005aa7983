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

    /// <summary>An EXIF structure whose first directory has an orientation among other tags.</summary>
    /// <param name="isLong">Stored as LONG instead of SHORT.</param>
    public static byte[] Exif(int orientation, bool little, bool isLong)
    {
        using var stream = new MemoryStream();
        stream.Write(little ? "II"u8 : "MM"u8);
        Short(42);
        Long(8);
        Short(2);
        Entry(0x010F, 3, 7);
        Entry(0x0112, isLong ? 4 : 3, orientation);
        Long(0);
        return stream.ToArray();

        void Entry(int tag, int type, int value)
        {
            Short(tag);
            Short(type);
            Long(1);
            if (type == 4)
            {
                Long(value);
            }
            else
            {
                Short(value);
                Short(0);
            }
        }

        void Short(int value) => stream.Write(Ordered([(byte)(value >> 8), (byte)value]));

        void Long(int value) =>
            stream.Write(Ordered([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]));

        byte[] Ordered(byte[] big) => little ? [.. big.Reverse()] : big;
    }

    /// <summary>A JPEG with a segment of EXIF after one of another kind and fill bytes.</summary>
    public static byte[] WithExif(byte[] jpeg, byte[] exif) =>
    [
        .. jpeg[..2], 0xFF, 0xE1, 0, 12, .. "http://ns\0"u8,
        0xFF, 0xFF, 0xE1, 0, (byte)(exif.Length + 8), .. "Exif\0\0"u8, .. exif,
        .. jpeg[2..],
    ];

    /// <summary>A PNG with one more chunk, after its header or as the last before its end.</summary>
    public static byte[] WithChunk(byte[] png, string type, byte[] content, bool atEnd = false)
    {
        var at = atEnd ? png.Length - 12 : 33;
        return [.. png[..at], .. Chunk(type, content), .. png[at..]];
    }

    /// <summary>A PNG from its scanlines, for the kinds that Skia does not write.</summary>
    /// <param name="rows">Without filter bytes, one row after the other.</param>
    public static byte[] RawPng(int width, int height, byte depth, byte colourType, byte[] rows, params (string, byte[])[] chunks)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (var row in rows.Chunk(rows.Length / height))
            {
                zlib.WriteByte(0);
                zlib.Write(row);
            }
        }

        byte[] header = [0, 0, 0, (byte)width, 0, 0, 0, (byte)height, depth, colourType, 0, 0, 0];
        return
        [
            0x89, .. "PNG"u8, 13, 10, 26, 10, .. Chunk("IHDR", header),
            .. chunks.SelectMany(chunk => Chunk(chunk.Item1, chunk.Item2)), .. Chunk("IDAT", packed.ToArray()),
            .. Chunk("IEND", []),
        ];
    }

    /// <summary>A WebP in the extended format with EXIF.</summary>
    public static byte[] WithExifInWebp(byte[] webp, int width, int height, byte[] exif)
    {
        byte[] extended = [8, 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0];
        byte[] chunks = [.. RiffChunk("VP8X", extended), .. webp[12..], .. RiffChunk("EXIF", exif)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(chunks.Length + 4), .. "WEBP"u8, .. chunks];
    }

    private static byte[] RiffChunk(string type, byte[] content) =>
    [
        .. System.Text.Encoding.ASCII.GetBytes(type), .. BitConverter.GetBytes(content.Length), .. content,
        .. new byte[content.Length % 2],
    ];

    private static byte[] Chunk(string type, byte[] content)
    {
        byte[] named = [.. System.Text.Encoding.ASCII.GetBytes(type), .. content];
        var crc = ~named.Aggregate(~0u, (sum, value) =>
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xEDB88320 : sum >> 1;
            }

            return sum;
        });
        return [.. Big((uint)content.Length), .. named, .. Big(crc)];
    }

    private static byte[] Big(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

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
