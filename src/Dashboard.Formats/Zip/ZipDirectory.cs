using System.Buffers.Binary;
using System.IO.Hashing;

namespace Dashboard.Formats.Zip;

/// <summary>
/// The list of entries at the end of a zip. It is read here because .NET's reader gives names only as text, decoded by one guess
/// for all, and opens no archive with bytes before it (self-extracting ones). The format is PKWARE's APPNOTE 6.3.10.
/// </summary>
internal static class ZipDirectory
{
    private const int EndBytes = 22;
    private const int LongestComment = 65_535;
    private const int EntryBytes = 46;

    // 46, a long name and extra fields.
    private const int LargestEntryBytes = 320;

    private const ushort Zip64Field = 0x0001;
    private const ushort UnicodePathField = 0x7075;

    /// <summary>Null if the list's bytes are too many for the limits: nothing of it is kept in memory then.</summary>
    /// <exception cref="InvalidDataException">This is no zip, or its list is damaged.</exception>
    public static IReadOnlyList<ZipEntry>? Read(Stream file, ArchiveLimits limits)
    {
        var (start, bytes, shift) = Find(file);

        // By the bytes that lie there, not by the number that the archive states.
        if (bytes / LargestEntryBytes > limits.MostEntries)
        {
            return null;
        }

        var list = new byte[bytes];
        file.Seek(start, SeekOrigin.Begin);
        file.ReadExactly(list);
        var entries = new List<ZipEntry>();
        for (var at = 0; at + EntryBytes <= list.Length && list.AsSpan(at).StartsWith("PK\x01\x02"u8);)
        {
            var entry = Entry(list.AsMemory(at), shift, out var length);
            entries.Add(entry);
            at += length;
        }

        return entries.Count > 0 || bytes == 0 ? entries : throw new InvalidDataException("The list of entries is damaged.");
    }

    /// <summary>Where the list begins, how long it is, and how many bytes were put before the archive.</summary>
    private static (long Start, long Bytes, long Shift) Find(Stream file)
    {
        var tail = new byte[Math.Min(file.Length, EndBytes + LongestComment)];
        file.Seek(-tail.Length, SeekOrigin.End);
        file.ReadExactly(tail);
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            if (tail.AsSpan(at).StartsWith("PK\x05\x06"u8))
            {
                return Find(file, tail.AsSpan(at, EndBytes), file.Length - tail.Length + at);
            }
        }

        throw new InvalidDataException("There is no end of a zip.");
    }

    private static (long Start, long Bytes, long Shift) Find(Stream file, ReadOnlySpan<byte> end, long endAt)
    {
        long bytes = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long stated = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var listEnd = endAt;
        if (LongEnd(file, endAt) is { } longEnd)
        {
            (bytes, stated, listEnd) = longEnd;
        }

        // The list lies just before the end. Bytes that were put before the archive shift it from where it says that it is.
        var real = listEnd - bytes;
        if (bytes == 0 || IsList(file, real))
        {
            return (real, bytes, real - stated);
        }

        return IsList(file, stated) && stated < listEnd
            ? (stated, listEnd - stated, 0)
            : throw new InvalidDataException("The list of entries is not where the archive says.");
    }

    /// <summary>Zip64: a locator just before the end names the place of a longer end, with numbers of 64 bits.</summary>
    private static (long Bytes, long Stated, long At)? LongEnd(Stream file, long endAt)
    {
        if (Bytes(file, endAt - 20, 20) is not { } locator || !locator.AsSpan().StartsWith("PK\x06\x07"u8))
        {
            return null;
        }

        // With bytes before the archive the stated place is wrong; the longer end lies just before the locator then.
        foreach (var at in new[] { BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8)), endAt - 20 - 56 })
        {
            if (at >= 0 && at <= endAt - 76 && Bytes(file, at, 56) is { } end && end.AsSpan().StartsWith("PK\x06\x06"u8))
            {
                var bytes = BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(40));
                return bytes >= 0 && bytes <= at
                    ? (bytes, BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(48)), at)
                    : throw new InvalidDataException("The zip64 end is damaged.");
            }
        }

        throw new InvalidDataException("The zip64 end is damaged.");
    }

    private static bool IsList(Stream file, long at) =>
        Bytes(file, at, 4) is { } start && start.AsSpan().StartsWith("PK\x01\x02"u8);

    private static byte[]? Bytes(Stream file, long at, int count)
    {
        if (at < 0 || at > file.Length - count)
        {
            return null;
        }

        var bytes = new byte[count];
        file.Seek(at, SeekOrigin.Begin);
        file.ReadExactly(bytes);
        return bytes;
    }

    private static ZipEntry Entry(ReadOnlyMemory<byte> list, long shift, out int length)
    {
        var head = list.Span;
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(head[28..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(head[30..]);
        length = EntryBytes + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(head[32..]);
        if (length > head.Length)
        {
            throw new InvalidDataException("The list of entries is cut off.");
        }

        var name = list.Slice(EntryBytes, nameLength);
        var extra = head.Slice(EntryBytes + nameLength, extraLength);
        long unpacked = BinaryPrimitives.ReadUInt32LittleEndian(head[24..]);
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(head[20..]);
        long start = BinaryPrimitives.ReadUInt32LittleEndian(head[42..]);
        if (Field(extra, Zip64Field) is var large)
        {
            unpacked = Long(unpacked, ref large);
            packed = Long(packed, ref large);
            start = Long(start, ref large);
        }

        return new ZipEntry
        {
            Name = name,
            UnicodeName = UnicodeName(Field(extra, UnicodePathField), name.Span),
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(head[8..]),
            Method = BinaryPrimitives.ReadUInt16LittleEndian(head[10..]),
            Crc = BinaryPrimitives.ReadUInt32LittleEndian(head[16..]),
            PackedBytes = packed,
            UnpackedBytes = unpacked,
            Start = unchecked(start + shift),
        };
    }

    /// <summary>The zip64 field holds, in this order, only the numbers that did not fit.</summary>
    private static long Long(long number, ref ReadOnlySpan<byte> large)
    {
        if (number != uint.MaxValue || large.Length < 8)
        {
            return number;
        }

        var real = BinaryPrimitives.ReadInt64LittleEndian(large);
        large = large[8..];
        return real;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> extra, ushort id)
    {
        while (extra.Length >= 4)
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == id)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return default;
    }

    /// <summary>Info-ZIP's name in UTF-8: valid only while the CRC in it is that of the plain name.</summary>
    private static byte[]? UnicodeName(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name) =>
        field.Length > 5 && field[0] == 1 && BinaryPrimitives.ReadUInt32LittleEndian(field[1..]) == Crc32.HashToUInt32(name)
            ? field[5..].ToArray()
            : null;
}
