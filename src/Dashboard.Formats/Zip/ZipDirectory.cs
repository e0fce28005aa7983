using System.Buffers.Binary;

namespace Dashboard.Formats.Zip;

/// <summary>Looks at the end of a zip before it is opened, because opening keeps the whole list of entries in memory.</summary>
internal static class ZipDirectory
{
    private const int EndBytes = 22;
    private const int LongestComment = 65_535;

    // 46, a long name and extra fields.
    private const int LargestEntryBytes = 320;

    /// <summary>
    /// How many entries the archive's list must have, by the bytes that lie there and not by the number that it states.
    /// </summary>
    /// <exception cref="InvalidDataException">There is no end of a zip.</exception>
    public static int EntriesAtLeast(Stream file)
    {
        var tail = new byte[Math.Min(file.Length, EndBytes + LongestComment)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            if (tail.AsSpan(at).StartsWith("PK\x05\x06"u8))
            {
                var end = file.Length - tail.Length + at;
                var list = end - Math.Min(end, Start(file, tail.AsSpan(at), end));
                return (int)Math.Min(int.MaxValue, list / LargestEntryBytes);
            }
        }

        throw new InvalidDataException("There is no end of a zip.");
    }

    private static long Start(Stream file, ReadOnlySpan<byte> end, long endAt)
    {
        var start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (start != uint.MaxValue || endAt < 20)
        {
            return start;
        }

        // Zip64: a locator just before names the place of a longer end, which holds the start in 64 bits.
        Span<byte> locator = stackalloc byte[20];
        file.Seek(endAt - 20, SeekOrigin.Begin);
        file.ReadExactly(locator);
        var longEndAt = (long)BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]);
        if (!locator.StartsWith("PK\x06\x07"u8) || longEndAt < 0 || longEndAt > endAt - 56)
        {
            throw new InvalidDataException("The zip64 end is damaged.");
        }

        Span<byte> longEnd = stackalloc byte[56];
        file.Seek(longEndAt, SeekOrigin.Begin);
        file.ReadExactly(longEnd);
        return (long)Math.Min(long.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(longEnd[48..]));
    }
}
