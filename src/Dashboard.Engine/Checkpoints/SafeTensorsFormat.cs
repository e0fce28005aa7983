using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

/// <summary>
/// The safetensors layout: eight bytes of header length, a JSON header {name: {dtype, shape, data_offsets}, "__metadata__"},
/// then the raw little-endian values.
/// </summary>
internal static class SafeTensorsFormat
{
    public const int LengthBytes = 8;
    public const long LongestHeader = 100_000_000;

    private static readonly (string Name, ScalarType Type, int Bytes)[] Types =
    [
        ("F64", ScalarType.Float64, 8), ("F32", ScalarType.Float32, 4), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8), ("I32", ScalarType.Int32, 4), ("I16", ScalarType.Int16, 2), ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1), ("BOOL", ScalarType.Bool, 1),
    ];

    public static (string Name, int Bytes) Describe(ScalarType type)
    {
        var found = Array.Find(Types, known => known.Type == type);
        return found.Name is null ? throw new NotSupportedException($"safetensors has no type for {type}") : (found.Name, found.Bytes);
    }

    public static (ScalarType Type, int Bytes)? Parse(string? name)
    {
        var found = Array.Find(Types, known => known.Name == name);
        return found.Name is null ? null : (found.Type, found.Bytes);
    }
}
