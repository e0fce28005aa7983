using Dashboard.Formats.SafeTensors;
using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

/// <summary>The types that both TorchSharp and safetensors have.</summary>
internal static class SafeTensorsFormat
{
    private static readonly (string Name, ScalarType Type)[] Types =
    [
        ("F64", ScalarType.Float64), ("F32", ScalarType.Float32), ("F16", ScalarType.Float16), ("BF16", ScalarType.BFloat16),
        ("I64", ScalarType.Int64), ("I32", ScalarType.Int32), ("I16", ScalarType.Int16), ("I8", ScalarType.Int8),
        ("U8", ScalarType.Byte), ("BOOL", ScalarType.Bool),
    ];

    public static SafeTensorsType Describe(ScalarType type) =>
        SafeTensorsType.Find(Array.Find(Types, known => known.Type == type).Name ?? "")
        ?? throw new NotSupportedException($"safetensors has no type for {type}");

    /// <summary>Null for a type that TorchSharp does not have.</summary>
    public static ScalarType? Find(SafeTensorsType type)
    {
        var found = Array.Find(Types, known => known.Name == type.Name);
        return found.Name is null ? null : found.Type;
    }
}
