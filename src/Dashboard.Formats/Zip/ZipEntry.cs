using System.Buffers.Binary;
using System.IO.Compression;

namespace Dashboard.Formats.Zip;

/// <summary>One line of an archive's list. Its numbers are what the archive says; whoever reads it counts.</summary>
public sealed class ZipEntry
{
    private const int LocalHeaderBytes = 30;
    private const int IsEncryptedFlag = 1 << 0;
    private const int IsUtf8Flag = 1 << 11;
    private const ushort Stored = 0;
    private const ushort Deflated = 8;

    /// <summary>As bytes: their encoding is unknown.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>The name once more, in UTF-8, where the archive has it.</summary>
    public byte[]? UnicodeName { get; init; }

    public required long PackedBytes { get; init; }

    public required long UnpackedBytes { get; init; }

    /// <summary>Of the unpacked bytes.</summary>
    public required uint Crc { get; init; }

    internal ushort Flags { get; init; }

    internal ushort Method { get; init; }

    /// <summary>Its header's place in the file.</summary>
    internal long Start { get; init; }

    internal bool SaysUtf8 => (Flags & IsUtf8Flag) != 0;

    /// <summary>Why it is not read, with the remedy; null if it can be tried.</summary>
    public string? Unread => (Flags & IsEncryptedFlag) != 0 || Method == 99
        ? "encrypted; pack it without a password"
        : Method is Stored or Deflated
            ? null
            : $"packed with {MethodName}, which is not read; pack the zip with Deflate";

    // APPNOTE 4.4.5.
    private string MethodName => Method switch
    {
        1 => "Shrink",
        >= 2 and <= 5 => "Reduce",
        6 => "Implode",
        9 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        20 or 93 => "Zstandard",
        95 => "XZ",
        96 => "JPEG recompression",
        97 => "WavPack",
        98 => "PPMd",
        _ => $"method {Method}",
    };

    /// <summary>The unpacked bytes. Only one entry of a file can be read at a time.</summary>
    /// <exception cref="InvalidDataException">There is no such entry at its place.</exception>
    public Stream Open(Stream file)
    {
        var header = new byte[LocalHeaderBytes];
        if (Start < 0 || Start > file.Length - LocalHeaderBytes)
        {
            throw new InvalidDataException("it lies outside the archive");
        }

        file.Seek(Start, SeekOrigin.Begin);
        file.ReadExactly(header);
        var data = Start + LocalHeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26))
            + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        if (!header.AsSpan().StartsWith("PK\x03\x04"u8))
        {
            throw new InvalidDataException("it is not where the archive's list says");
        }

        if (PackedBytes < 0 || PackedBytes > file.Length - data)
        {
            throw new InvalidDataException("the archive ends before it");
        }

        var packed = new StreamSlice(file, data, PackedBytes);
        return Method == Deflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
    }
}
