using Dashboard.Engine.Imaging;

namespace Dashboard.Engine.Data.Importing;

/// <summary>The first bytes by which pictures are known.</summary>
internal static class ImageSignature
{
    public const string Unknown = "no image (JPEG, PNG, WebP or BMP)";

    /// <summary>Worth unpacking: a format that is read, or one that a refusal can name.</summary>
    public static bool IsKnown(ReadOnlySpan<byte> start) =>
        start.StartsWith<byte>([0xFF, 0xD8, 0xFF])
        || start.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G'])
        || (start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8))
        || start.StartsWith("BM"u8)
        || start.StartsWith("GIF8"u8)
        || ForeignFormat.Explain(start) is not null;
}
