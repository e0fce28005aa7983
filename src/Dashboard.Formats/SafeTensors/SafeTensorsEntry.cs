namespace Dashboard.Formats.SafeTensors;

/// <summary>One tensor of a file.</summary>
/// <param name="Start">Its first byte, counted from <see cref="SafeTensorsHeader.DataStart"/>.</param>
/// <param name="End">The byte after its last.</param>
public sealed record SafeTensorsEntry(string Name, SafeTensorsType Type, IReadOnlyList<long> Shape, long Start, long End)
{
    /// <summary>Bytes.</summary>
    public long Length => End - Start;

    /// <summary>The name for a message.</summary>
    public string QuotedName => Message.Quoted(Name);

    /// <summary>Bytes of a tensor; null where no file can hold such a shape.</summary>
    public static long? BytesOf(SafeTensorsType type, IReadOnlyList<long> shape)
    {
        Int128 bits = type.Bits;
        foreach (var dimension in shape)
        {
            bits *= dimension;
            if (dimension < 0 || bits > long.MaxValue)
            {
                return null;
            }
        }

        return bits % 8 == 0 ? (long)(bits / 8) : null;
    }
}
