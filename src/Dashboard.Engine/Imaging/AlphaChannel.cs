using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Dashboard.Engine.Imaging;

/// <summary>Between our three bytes a pixel and SkiaSharp's four.</summary>
internal static class AlphaChannel
{
    /// <param name="rgba">Opaque.</param>
    /// <param name="rgb">Three quarters as long.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Drop(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        var order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255);
        var (from, to) = (0, 0);

        // Four pixels at a time; the vector's end is written again by the next ones.
        for (; to <= rgb.Length - Vector128<byte>.Count; from += 16, to += 12)
        {
            Vector128.Shuffle(Vector128.Create(rgba[from..]), order).CopyTo(rgb[to..]);
        }

        for (; to < rgb.Length; from += 4, to += 3)
        {
            rgba.Slice(from, 3).CopyTo(rgb[to..]);
        }
    }

    /// <param name="rgb">Three bytes a pixel.</param>
    /// <param name="rgba">Four thirds as long; becomes opaque.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<byte> rgb, Span<byte> rgba)
    {
        var order = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255);
        var opaque = Vector128.Create(0xFF000000u).AsByte();
        var (from, to) = (0, 0);
        for (; from <= rgb.Length - Vector128<byte>.Count; from += 12, to += 16)
        {
            (Vector128.Shuffle(Vector128.Create(rgb[from..]), order) | opaque).CopyTo(rgba[to..]);
        }

        for (; from < rgb.Length; from += 3, to += 4)
        {
            rgb.Slice(from, 3).CopyTo(rgba[to..]);
            rgba[to + 3] = byte.MaxValue;
        }
    }
}
