using System.Buffers.Binary;
using System.IO.Compression;
using Dashboard.Engine.Data.Importing;
using Dashboard.Formats.Zip;
using SkiaSharp;

namespace Dashboard.Engine.Tests.Data;

/// <summary>A few kilobytes that decode to a huge picture are left out before anything is decoded.</summary>
public sealed class PixelBudgetTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Huge_empty_pictures_use_up_what_an_archive_may_have_of_them()
    {
        var (entries, problems) = await ReadAsync([.. Enumerable.Range(0, 7).Select(i => ($"{i}.png", Blank(7900, 7900)))]);
        Assert.Equal(["0.png", "1.png", "2.png", "3.png"], entries);
        Assert.Equal(3, problems.Count);
        Assert.All(problems, problem => Assert.StartsWith("huge for its ", problem.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Photographs_and_many_small_pictures_are_not_counted()
    {
        var photograph = TestImages.Encode(TestImages.Pattern(1600, 1200), SKEncodedImageFormat.Jpeg);
        var (entries, problems) = await ReadAsync(
            [.. Enumerable.Range(0, 300).Select(i => ($"{i}.png", i % 2 == 0 ? Blank(1400, 1400) : photograph))]);
        Assert.Equal(300, entries.Count);
        Assert.Empty(problems);
    }

    private async Task<(List<string> Entries, List<SourceProblem> Problems)> ReadAsync((string Name, byte[] Content)[] files)
    {
        var stop = TestContext.Current.CancellationToken;
        var zip = TestImages.Zip(temporary.Path, files);
        var items = new List<SourceItem>();
        await foreach (var item in new ZipImport(zip, new ArchiveLimits { MostRatio = int.MaxValue }).ReadAsync(stop))
        {
            items.Add(item);
        }

        return ([.. items.OfType<SourceEntry>().Select(entry => entry.Name)], [.. items.OfType<SourceProblem>()]);
    }

    /// <summary>A PNG of one bit a pixel, all black.</summary>
    private static byte[] Blank(int width, int height)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(new byte[height * (1 + ((width + 7) / 8))]);
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 1;
        return
        [
            0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        byte[] counted = [.. type, .. content];
        var chunk = new byte[counted.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        counted.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(counted.Length + 4), Crc(counted));
        return chunk;
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }
}
