using System.Runtime.CompilerServices;
namespace Dashboard.Engine.Data;

/// <summary>Sums of bytes and of their squares per channel. Whole numbers, so the order of adding changes nothing.</summary>
internal sealed class ChannelSums
{
    private readonly long[] sums = new long[3];
    private readonly long[] squares = new long[3];
    private long pixels;

    /// <param name="rgb">Three bytes per pixel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> rgb)
    {
        long red = 0, green = 0, blue = 0, red2 = 0, green2 = 0, blue2 = 0;
        for (var i = 0; i < rgb.Length; i += 3)
        {
            int r = rgb[i], g = rgb[i + 1], b = rgb[i + 2];
            red += r;
            green += g;
            blue += b;
            red2 += r * r;
            green2 += g * g;
            blue2 += b * b;
        }

        Add([red, green, blue], [red2, green2, blue2], rgb.Length / 3);
    }

    public void Add(ChannelSums other) => Add(other.sums, other.squares, other.pixels);

    /// <summary>Zeros and ones if nothing was added.</summary>
    public ChannelStatistics Statistics()
    {
        if (pixels == 0)
        {
            return new ChannelStatistics([0, 0, 0], [1, 1, 1]);
        }

        var means = sums.Select(sum => sum / (255.0 * pixels)).ToArray();
        var deviations = squares.Zip(sums, (square, sum) =>
            (double)decimal.Max(0, ((decimal)square / pixels) - ((decimal)sum / pixels * ((decimal)sum / pixels))))
            .Select(v => Math.Sqrt(v) / 255);
        return new ChannelStatistics(means, [.. deviations]);
    }

    private void Add(ReadOnlySpan<long> moreSums, ReadOnlySpan<long> moreSquares, long morePixels)
    {
        for (var c = 0; c < 3; c++)
        {
            sums[c] += moreSums[c];
            squares[c] += moreSquares[c];
        }

        pixels += morePixels;
    }
}
