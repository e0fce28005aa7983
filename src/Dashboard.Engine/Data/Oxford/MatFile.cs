using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Dashboard.Engine.Data.Oxford;

/// <summary>
/// Reads the numeric arrays of a MATLAB level 5 MAT-file, compressed or not. (MathWorks, "MAT-File Format", chapter 1.)
/// </summary>
public static class MatFile
{
    private const int HeaderBytes = 128;
    private const int Matrix = 14;
    private const int Compressed = 15;

    // No array of interest is larger; a damaged or hostile file must not fill the memory.
    private const int MostBytes = 64 << 20;

    /// <summary>Arrays by name, in MATLAB's order (columns first). Values are whole numbers up to 2⁵³ or doubles.</summary>
    /// <exception cref="InvalidDataException">Damaged, or of another version or byte order.</exception>
    public static IReadOnlyDictionary<string, double[]> Read(byte[] file)
    {
        if (file.Length < HeaderBytes || file[126] != (byte)'I' || file[127] != (byte)'M')
        {
            throw new InvalidDataException("This is not a little-endian MAT-file of level 5.");
        }

        var arrays = new Dictionary<string, double[]>();
        try
        {
            ReadElements(file.AsSpan(HeaderBytes), arrays, padded: false);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The MAT-file ends too early.", e);
        }

        return arrays;
    }

    private static void ReadElements(ReadOnlySpan<byte> bytes, Dictionary<string, double[]> arrays, bool padded)
    {
        while (bytes.Length >= 8)
        {
            var element = Element.Read(ref bytes, padded);
            if (element.Type == Compressed)
            {
                ReadElements(Inflate(element.Content), arrays, padded);
            }
            else if (element.Type == Matrix)
            {
                ReadMatrix(element.Content, arrays);
            }
        }
    }

    /// <summary>Array flags, dimensions, name and real part follow one another, each padded to eight bytes.</summary>
    private static void ReadMatrix(ReadOnlySpan<byte> bytes, Dictionary<string, double[]> arrays)
    {
        _ = Element.Read(ref bytes, padded: true);
        _ = Element.Read(ref bytes, padded: true);
        var name = Encoding.ASCII.GetString(Element.Read(ref bytes, padded: true).Content);
        if (bytes.Length >= 8 && Element.Read(ref bytes, padded: true).Numbers() is { } numbers)
        {
            arrays[name] = numbers;
        }
    }

    private static byte[] Inflate(ReadOnlySpan<byte> compressed)
    {
        using var zlib = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        using var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = zlib.Read(buffer)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MostBytes)
            {
                throw new InvalidDataException("An array of the MAT-file is too large.");
            }
        }

        return content.ToArray();
    }

    private readonly ref struct Element(int type, ReadOnlySpan<byte> content)
    {
        public int Type { get; } = type;

        public ReadOnlySpan<byte> Content { get; } = content;

        /// <summary>Takes the next element off the front.</summary>
        /// <param name="padded">Inside a matrix elements start on eight bytes; at the top compressed ones follow without a
        /// gap.</param>
        public static Element Read(ref ReadOnlySpan<byte> bytes, bool padded)
        {
            var first = BinaryPrimitives.ReadUInt32LittleEndian(bytes);

            // The small format: up to four bytes of content stand in the tag itself, their number in its upper half.
            if (first >> 16 is var small and not 0)
            {
                var inTag = new Element((int)(first & 0xFFFF), bytes.Slice(4, (int)small));
                bytes = bytes[8..];
                return inTag;
            }

            var length = checked((int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
            var element = new Element((int)first, bytes.Slice(8, length));
            var next = 8 + (padded ? (length + 7) / 8 * 8 : length);
            bytes = bytes[Math.Min(next, bytes.Length)..];
            return element;
        }

        /// <summary>Null if the content is not numeric.</summary>
        public double[]? Numbers()
        {
            var bytes = Content;
            Func<ReadOnlySpan<byte>, double>? convert;
            int width;
            (convert, width) = Type switch
            {
                1 => ((Func<ReadOnlySpan<byte>, double>?)(b => (sbyte)b[0]), 1),
                2 => (b => b[0], 1),
                3 => (b => BinaryPrimitives.ReadInt16LittleEndian(b), 2),
                4 => (b => BinaryPrimitives.ReadUInt16LittleEndian(b), 2),
                5 => (b => BinaryPrimitives.ReadInt32LittleEndian(b), 4),
                6 => (b => BinaryPrimitives.ReadUInt32LittleEndian(b), 4),
                7 => (b => BinaryPrimitives.ReadSingleLittleEndian(b), 4),
                9 => (b => BinaryPrimitives.ReadDoubleLittleEndian(b), 8),
                12 => (b => BinaryPrimitives.ReadInt64LittleEndian(b), 8),
                13 => (b => BinaryPrimitives.ReadUInt64LittleEndian(b), 8),
                _ => (null, 1),
            };
            if (convert is null)
            {
                return null;
            }

            var numbers = new double[bytes.Length / width];
            for (var i = 0; i < numbers.Length; i++)
            {
                numbers[i] = convert(bytes.Slice(i * width, width));
            }

            return numbers;
        }
    }
}
