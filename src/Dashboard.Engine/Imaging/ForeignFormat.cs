using System.Buffers.Binary;

namespace Dashboard.Engine.Imaging;

/// <summary>Formats that are known by their first bytes but not read, so that a refusal can name them.</summary>
internal static class ForeignFormat
{
    /// <summary>How many bytes of a file are enough.</summary>
    public const int BytesNeeded = 512;

    /// <summary>What it is and what to do, for a person; null for everything else.</summary>
    /// <param name="start">The first bytes of the file, or all.</param>
    public static string? Explain(ReadOnlySpan<byte> start) =>
        Name(start) is { } name ? $"This is {name}. Convert it to JPEG or PNG." : null;

    private static string? Name(ReadOnlySpan<byte> start) =>
        start.Length >= 12 && start[4..].StartsWith("ftyp"u8) ? OfBrands(start)
        : start.StartsWith<byte>([0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' ', 13, 10, 0x87, 10])
            || start.StartsWith<byte>([0xFF, 0x4F, 0xFF, 0x51]) ? "a JPEG 2000 picture"
        : start.StartsWith<byte>([0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', 13, 10, 0x87, 10])
            || start.StartsWith<byte>([0xFF, 0x0A]) ? "a JPEG XL picture"
        : start.StartsWith("II*\0"u8) && start.Length >= 10 && start[8..].StartsWith("CR"u8)
            || start.StartsWith("IIRO"u8) || start.StartsWith("IIRS"u8) || start.StartsWith("MMOR"u8)
            || start.StartsWith("IIU\0"u8) || start.StartsWith("FUJIFILMCCD-RAW"u8) || start.StartsWith("FOVb"u8)
            || start.StartsWith("\0MRM"u8)
            || start.Length >= 14 && start.StartsWith("II"u8) && start[6..].StartsWith("HEAPCCDR"u8)
            ? "a camera's RAW picture"
        : start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8) ? OfTiff(start)
        : start.StartsWith("II+\0"u8) || start.StartsWith("MM\0+"u8) ? "a TIFF picture"
        : start.StartsWith<byte>([(byte)'I', (byte)'I', 0xBC]) ? "a JPEG XR picture"
        : start.StartsWith("8BPS"u8) ? "a Photoshop (PSD) picture"
        : start.StartsWith("gimp xcf"u8) ? "a GIMP (XCF) picture"
        : start.StartsWith<byte>([0x76, 0x2F, 0x31, 0x01]) ? "an OpenEXR picture"
        : start.StartsWith("#?RADIANCE"u8) ? "a Radiance (HDR) picture"
        : start.StartsWith("qoif"u8) ? "a QOI picture"
        : start.StartsWith("%PDF-"u8) ? "a PDF document"
        : IsSvg(start) ? "an SVG drawing"
        : null;

    /// <summary>ISO base media: the box has a main brand, a version and the brands that it is compatible with.</summary>
    private static string? OfBrands(ReadOnlySpan<byte> start)
    {
        var size = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(start), (uint)start.Length);
        string? found = null;
        for (var at = 8; at + 4 <= size; at += at == 8 ? 8 : 4)
        {
            var brand = start.Slice(at, 4);
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
            {
                return "an AVIF picture";
            }

            if (brand.SequenceEqual("crx "u8))
            {
                return "a camera's RAW picture";
            }

            found ??= brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8)
                || brand.SequenceEqual("msf1"u8) ? "a HEIC picture" : null;
        }

        return found ?? "a video";
    }

    /// <summary>DNG and the RAW files of several makers are TIFF with tags of their own.</summary>
    private static string OfTiff(ReadOnlySpan<byte> start)
    {
        var little = start[0] == 'I';
        if (start.Length < 8)
        {
            return "a TIFF picture";
        }

        var directory = little
            ? BinaryPrimitives.ReadUInt32LittleEndian(start[4..]) : BinaryPrimitives.ReadUInt32BigEndian(start[4..]);
        for (var at = directory + 2L; at + 12 <= start.Length; at += 12)
        {
            var entry = start[(int)at..];
            var tag = little ? BinaryPrimitives.ReadUInt16LittleEndian(entry) : BinaryPrimitives.ReadUInt16BigEndian(entry);
            if (tag is 0xC612)
            {
                return "a camera's RAW picture (DNG)";
            }
        }

        return "a TIFF picture";
    }

    private static bool IsSvg(ReadOnlySpan<byte> start)
    {
        var text = start.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? start[3..] : start;
        text = text.TrimStart(" \t\r\n"u8);
        return text.StartsWith("<svg"u8)
            || (text.StartsWith("<?xml"u8) || text.StartsWith("<!"u8))
                && text[..Math.Min(text.Length, BytesNeeded)].IndexOf("<svg"u8) >= 0;
    }
}
