using SkiaSharp;

namespace Dashboard.Engine.Imaging;

/// <summary>What an encoded image says of itself.</summary>
public static class ImageHeader
{
    /// <summary>Width times height; 0 where there is no header. Nothing is decoded.</summary>
    public static long PixelsOf(byte[] encoded)
    {
        using var codec = SKCodec.Create(new SKMemoryStream(encoded));
        return codec is null ? 0 : (long)codec.Info.Width * codec.Info.Height;
    }
}
