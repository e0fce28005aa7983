namespace Dashboard.Engine.Data.Importing;

/// <summary>The first bytes by which the four formats are known.</summary>
internal static class ImageSignature
{
    public const string Unknown = "no image (JPEG, PNG, WebP or BMP)";

    public static bool IsKnown(ReadOnlySpan<byte> start) =>
        start.StartsWith<byte>([0xFF, 0xD8, 0xFF])
        || start.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G'])
        || (start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8))
        || start.StartsWith("BM"u8);
}
