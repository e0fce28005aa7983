using System.Buffers.Binary;

namespace Dashboard.Engine.Imaging;

/// <summary>
/// What the chunks of a JPEG, PNG or WebP say of a picture and SkiaSharp does not pass on. Damaged chunks end the search and
/// never fail: whether the picture is good is decided by its decoder.
/// </summary>
/// <param name="Orientation">EXIF orientation, 1…8; 1 where there is none.</param>
/// <param name="IsAnimated">An animated PNG; other animations are counted by SkiaSharp.</param>
/// <param name="IsFourColour">A JPEG in CMYK or YCCK.</param>
internal readonly record struct ContainerFacts(int Orientation, bool IsAnimated = false, bool IsFourColour = false)
{
    private static ReadOnlySpan<byte> ExifPrefix => "Exif\0"u8;

    public static ContainerFacts Of(ReadOnlySpan<byte> file) =>
        file.StartsWith<byte>([0xFF, 0xD8]) ? OfJpeg(file)
        : file.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]) ? OfPng(file)
        : file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) ? OfWebp(file)
        : new ContainerFacts(1);

    /// <summary>Segments up to the start of the scan (ITU T.81, annex B); EXIF lies in APP1.</summary>
    private static ContainerFacts OfJpeg(ReadOnlySpan<byte> file)
    {
        var facts = new ContainerFacts(0);
        for (var at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            var marker = file[at + 1];
            if (marker is 0xFF)
            {
                at++; // fill bytes before a marker
                continue;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                at += 2; // has no content
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (marker is 0xDA or 0xD9 || length < 2 || at + 2 + length > file.Length)
            {
                break;
            }

            var content = file.Slice(at + 4, length - 2);
            if (marker == 0xE1 && facts.Orientation == 0 && content.StartsWith(ExifPrefix))
            {
                facts = facts with { Orientation = OrientationIn(content) };
            }
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && content.Length > 5)
            {
                facts = facts with { IsFourColour = content[5] == 4 };
            }

            at += 2 + length;
        }

        return facts.Whole();
    }

    /// <summary>All chunks, for eXIf may stand before or after the image data.</summary>
    private static ContainerFacts OfPng(ReadOnlySpan<byte> file)
    {
        var facts = new ContainerFacts(0);
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            var type = file.Slice(at + 4, 4);
            if (length > file.Length - at - 12 || type.SequenceEqual("IEND"u8))
            {
                break;
            }

            var content = file.Slice(at + 8, (int)length);
            if (type.SequenceEqual("eXIf"u8) && facts.Orientation == 0)
            {
                facts = facts with { Orientation = OrientationIn(content) };
            }
            else if (type.SequenceEqual("acTL"u8) && content.Length >= 4)
            {
                facts = facts with { IsAnimated = BinaryPrimitives.ReadUInt32BigEndian(content) > 1 };
            }

            at += 12 + (int)length;
        }

        return facts.Whole();
    }

    private static ContainerFacts OfWebp(ReadOnlySpan<byte> file)
    {
        for (var at = 12; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            if (length > file.Length - at - 8)
            {
                break;
            }

            if (file.Slice(at, 4).SequenceEqual("EXIF"u8))
            {
                return new ContainerFacts(OrientationIn(file.Slice(at + 8, (int)length))).Whole();
            }

            at += 8 + (int)length + (int)(length & 1);
        }

        return new ContainerFacts(1);
    }

    /// <summary>Tag 0x0112 of the first directory of a TIFF structure, in either byte order and any whole-number type.</summary>
    /// <returns>0 if there is none.</returns>
    private static int OrientationIn(ReadOnlySpan<byte> exif)
    {
        // Some writers put the JPEG's prefix into other containers too.
        var tiff = exif.StartsWith(ExifPrefix) && exif.Length >= 6 ? exif[6..] : exif;
        var little = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || !little && !tiff.StartsWith("MM"u8) || Short(tiff, 2) != 42)
        {
            return 0;
        }

        var directory = Long(tiff, 4);
        if (directory > tiff.Length - 2)
        {
            return 0;
        }

        var count = Short(tiff, (int)directory);
        for (var i = 0; i < count; i++)
        {
            var at = directory + 2 + (i * 12L);
            if (at + 12 > tiff.Length)
            {
                return 0;
            }

            var entry = tiff.Slice((int)at, 12);
            if (Short(entry, 0) == 0x0112)
            {
                return Long(entry, 4) == 1 ? Value(entry) : 0;
            }
        }

        return 0;

        int Short(ReadOnlySpan<byte> bytes, int at) => little
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..])
            : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

        uint Long(ReadOnlySpan<byte> bytes, int at) => little
            ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..])
            : BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

        // BYTE and SBYTE, SHORT and SSHORT, LONG and SLONG.
        int Value(ReadOnlySpan<byte> entry) => Short(entry, 2) switch
        {
            1 or 6 => entry[8],
            3 or 8 => Short(entry, 8),
            4 or 9 => (int)Math.Min(Long(entry, 8), int.MaxValue),
            _ => 0,
        };
    }

    private ContainerFacts Whole() => Orientation is >= 1 and <= 8 ? this : this with { Orientation = 1 };
}
