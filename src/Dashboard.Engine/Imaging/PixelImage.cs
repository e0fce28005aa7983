using System.Buffers;

namespace Dashboard.Engine.Imaging;

/// <summary>
/// A decoded image: rows from the top, three bytes (R, G, B) per pixel, nothing between rows. Its memory is used again once it is
/// disposed: photographs are too large for the collector's young generations, and a data set has thousands.
/// </summary>
public sealed class PixelImage : IDisposable
{
    private readonly byte[] bytes;
    private readonly bool isRented;

    /// <param name="rgb">Height × width × 3 bytes.</param>
    public PixelImage(int width, int height, byte[] rgb)
    {
        (Width, Height, bytes) = (width, height, rgb);
    }

    private PixelImage(int width, int height, PictureTraits traits)
        : this(width, height, ArrayPool<byte>.Shared.Rent(width * height * 3))
    {
        (isRented, Traits) = (true, traits);
    }

    public int Width { get; }

    public int Height { get; }

    public PictureTraits Traits { get; }

    /// <summary>Height × width × 3 bytes; not to be used after <see cref="Dispose"/>.</summary>
    public Span<byte> Rgb => bytes.AsSpan(0, Width * Height * 3);

    /// <summary>An image to be filled.</summary>
    public static PixelImage Rent(int width, int height, PictureTraits traits = PictureTraits.None) =>
        new(width, height, traits);

    public void Dispose()
    {
        if (isRented)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
