using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Dashboard.Engine.Tests.Data;

/// <summary>Writes zips as other programs do: names as bytes, extra fields, any method, bytes before the archive.</summary>
internal sealed class TestZip
{
    private readonly List<byte> body = [];
    private readonly List<byte> list = [];
    private ushort count;

    public TestZip Add(
        byte[] name, byte[] content, bool utf8Flag = false, byte[]? extra = null, ushort method = 0, ushort flags = 0,
        uint? crc = null)
    {
        extra ??= [];
        var start = (uint)body.Count;
        var packed = method == 8 ? Deflate(content) : content;
        flags |= (ushort)(utf8Flag ? 1 << 11 : 0);
        var sum = crc ?? Crc32.HashToUInt32(content);
        Write(body, 0x04034B50u, (ushort)20, flags, method, 0u, sum, (uint)packed.Length, (uint)content.Length);
        Write(body, (ushort)name.Length, (ushort)0);
        body.AddRange(name);
        body.AddRange(packed);
        Write(list, 0x02014B50u, (ushort)20, (ushort)20, flags, method, 0u, sum, (uint)packed.Length, (uint)content.Length);
        Write(list, (ushort)name.Length, (ushort)extra.Length, (ushort)0, (ushort)0, (ushort)0, 0u, start);
        list.AddRange(name);
        list.AddRange(extra);
        count++;
        return this;
    }

    /// <param name="prefix">Put before the archive.</param>
    /// <param name="isShifted">Whether the archive's places still count from its own start.</param>
    public string Save(string folder, byte[]? prefix = null, bool isShifted = true)
    {
        prefix ??= [];
        var shift = isShifted ? 0u : (uint)prefix.Length;
        var entries = list.ToArray();
        if (shift > 0)
        {
            for (var at = 0; at < entries.Length;)
            {
                var span = entries.AsSpan(at);
                BinaryPrimitives.WriteUInt32LittleEndian(span[42..], BinaryPrimitives.ReadUInt32LittleEndian(span[42..]) + shift);
                at += 46 + BinaryPrimitives.ReadUInt16LittleEndian(span[28..])
                    + BinaryPrimitives.ReadUInt16LittleEndian(span[30..]);
            }
        }

        var end = new List<byte>();
        Write(end, 0x06054B50u, (ushort)0, (ushort)0, count, count, (uint)entries.Length, (uint)body.Count + shift, (ushort)0);
        var path = Path.Combine(folder, $"{Guid.NewGuid():N}.zip");
        File.WriteAllBytes(path, [.. prefix, .. body, .. entries, .. end]);
        return path;
    }

    /// <summary>Info-ZIP's field of the name in UTF-8.</summary>
    public static byte[] UnicodePath(byte[] plainName, string name, uint? crc = null)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(name);
        var field = new List<byte>();
        Write(field, (ushort)0x7075, (ushort)(5 + utf8.Length));
        field.Add(1);
        Write(field, crc ?? Crc32.HashToUInt32(plainName));
        return [.. field, .. utf8];
    }

    private static byte[] Deflate(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal))
        {
            deflate.Write(content);
        }

        return packed.ToArray();
    }

    private static void Write(List<byte> bytes, params object[] numbers)
    {
        foreach (var number in numbers)
        {
            bytes.AddRange(number is uint wide ? BitConverter.GetBytes(wide) : BitConverter.GetBytes((ushort)number));
        }
    }
}
