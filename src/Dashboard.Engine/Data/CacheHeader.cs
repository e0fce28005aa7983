using System.Runtime.InteropServices;

namespace Dashboard.Engine.Data;

/// <summary>The first bytes of a cache file; the pixels follow.</summary>
/// <param name="Rendering">Version of the rendering that made the pixels.</param>
internal sealed record CacheHeader(int Count, int Size, ChannelStatistics Statistics, int Rendering)
{
    /// <summary>Reserved for the header: the pixels start on a cache line.</summary>
    public const int Bytes = 128;

    // "DDIMG"; the version of the rendering stands above it.
    private const long Magic = 0x47_4D_49_44_44;
    private const int VersionBit = 48;

    /// <summary>Null if there is no such file, or it is of another kind, count, size or rendering.</summary>
    public static CacheHeader? Read(string path, int count, int size, int rendering)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var values = new double[6];
        var numbers = new long[3];
        using var stream = File.OpenRead(path);
        if (stream.Length != Bytes + ((long)count * size * size * 3))
        {
            return null;
        }

        stream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return numbers[0] == (Magic | ((long)rendering << VersionBit)) && numbers[1] == count && numbers[2] == size
            ? new CacheHeader(count, size, new ChannelStatistics(values[..3], values[3..]), rendering)
            : null;
    }

    public void Write(Stream stream)
    {
        stream.Write(MemoryMarshal.AsBytes<long>([Magic | ((long)Rendering << VersionBit), Count, Size]));
        stream.Write(MemoryMarshal.AsBytes<double>([.. Statistics.Mean, .. Statistics.StandardDeviation]));
    }
}
