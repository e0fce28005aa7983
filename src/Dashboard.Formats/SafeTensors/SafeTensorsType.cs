namespace Dashboard.Formats.SafeTensors;

/// <summary>How a tensor's values are stored.</summary>
/// <param name="Bits">Of one value.</param>
public sealed record SafeTensorsType(string Name, int Bits)
{
    // Those of the reference implementation, safetensors 0.6.
    private static readonly Dictionary<string, SafeTensorsType> Known = new SafeTensorsType[]
    {
        new("BOOL", 8),
        new("U8", 8), new("U16", 16), new("U32", 32), new("U64", 64),
        new("I8", 8), new("I16", 16), new("I32", 32), new("I64", 64),
        new("F16", 16), new("BF16", 16), new("F32", 32), new("F64", 64), new("C64", 64),
        new("F8_E5M2", 8), new("F8_E4M3", 8), new("F8_E8M0", 8), new("F6_E2M3", 6), new("F6_E3M2", 6), new("F4", 4),
    }.ToDictionary(type => type.Name);

    /// <summary>Null for a name that the format does not know.</summary>
    public static SafeTensorsType? Find(string name) => Known.GetValueOrDefault(name);
}
