using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Dashboard.Engine.Imaging;

/// <summary>
/// Centre crop to the short side, then an antialiased bilinear resize: a triangle as wide as the reduction,
/// cut at the border and made to sum to 1 again. The same as tf.image.resize(antialias=True), PIL's BILINEAR and
/// torch's interpolate(antialias=True), but nothing is rounded between the two passes.
/// </summary>
public sealed class TriangleResizer
{
    // A data set has few sizes, but a hostile one may have thousands.
    private const int MostKept = 256;

    private readonly int size;
    private readonly ConcurrentDictionary<int, Weights> weightsByCrop = [];

    /// <param name="size">Pixels of a side of the result.</param>
    public TriangleResizer(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        this.size = size;
    }

    /// <summary>
    /// Safe from several threads at once. Square result, size × size × 3 bytes in RGB, rounded once at the end.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CropAndResize(PixelImage image, Span<byte> result)
    {
        var crop = Math.Min(image.Width, image.Height);
        var (left, top) = ((image.Width - crop) / 2, (image.Height - crop) / 2);
        if (crop == size)
        {
            for (var y = 0; y < size; y++)
            {
                image.Rgb.Slice((((top + y) * image.Width) + left) * 3, size * 3).CopyTo(result[(y * size * 3)..]);
            }

            return;
        }

        var weights = For(crop);
        var rented = ArrayPool<float>.Shared.Rent((crop + 1) * 3);
        try
        {
            // First down, for whole rows of bytes go through the vector unit; then across what is left.
            var column = rented.AsSpan(0, (crop * 3) + 1);
            for (var y = 0; y < size; y++)
            {
                var first = (((top + weights.Starts[y]) * image.Width) + left) * 3;
                Lower(image.Rgb[first..], image.Width * 3, weights.Of(y), column);
                Narrow(column, weights, result.Slice(y * size * 3, size * 3));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <param name="rows">From the first value of the first row that counts.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="taps">What each row counts.</param>
    /// <param name="sums">As many values as a row has, and one more.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lower(ReadOnlySpan<byte> rows, int stride, ReadOnlySpan<float> taps, Span<float> sums)
    {
        var x = 0;
        for (; x <= sums.Length - 1 - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            var (low, high) = (Vector256<float>.Zero, Vector256<float>.Zero);
            for (var tap = 0; tap < taps.Length; tap++)
            {
                var bytes = Vector128.Create(rows[((tap * stride) + x)..]);
                var (first, second) = Vector256.Widen(Vector256.WidenLower(bytes.ToVector256Unsafe()));
                low = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(first.AsInt32()), Vector256.Create(taps[tap]), low);
                high = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(second.AsInt32()), Vector256.Create(taps[tap]), high);
            }

            low.CopyTo(sums[x..]);
            high.CopyTo(sums[(x + Vector256<float>.Count)..]);
        }

        for (; x < sums.Length - 1; x++)
        {
            var sum = 0f;
            for (var tap = 0; tap < taps.Length; tap++)
            {
                sum = MathF.FusedMultiplyAdd(rows[(tap * stride) + x], taps[tap], sum);
            }

            sums[x] = sum;
        }
    }

    /// <param name="row">Three values a pixel, and one more: a pixel is read as four.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Narrow(ReadOnlySpan<float> row, Weights weights, Span<byte> result)
    {
        for (var x = 0; x < size; x++)
        {
            var sum = Vector128.Create(0.5f);
            var taps = weights.Of(x);
            var pixels = row[(weights.Starts[x] * 3)..];
            for (var tap = 0; tap < taps.Length; tap++)
            {
                sum = Vector128.FusedMultiplyAdd(Vector128.Create(pixels[(tap * 3)..]), Vector128.Create(taps[tap]), sum);
            }

            var rounded = Vector128.ConvertToInt32(
                Vector128.Min(Vector128.Max(sum, Vector128<float>.Zero), Vector128.Create(255f)));
            result[x * 3] = (byte)rounded[0];
            result[(x * 3) + 1] = (byte)rounded[1];
            result[(x * 3) + 2] = (byte)rounded[2];
        }
    }

    private Weights For(int crop)
    {
        if (weightsByCrop.Count > MostKept)
        {
            weightsByCrop.Clear();
        }

        return weightsByCrop.GetOrAdd(crop, static (from, to) => Weights.Create(from, to), size);
    }

    /// <summary>For each result pixel: the first source pixel that it draws from, how many, and their weights.</summary>
    private sealed record Weights(int[] Starts, int[] Counts, float[] Taps, int Most)
    {
        public ReadOnlySpan<float> Of(int i) => Taps.AsSpan(i * Most, Counts[i]);

        public static Weights Create(int from, int to)
        {
            var scale = (double)from / to;
            var radius = Math.Max(1, scale);
            var most = (2 * (int)Math.Ceiling(radius)) + 1;
            var weights = new Weights(new int[to], new int[to], new float[to * most], most);
            for (var i = 0; i < to; i++)
            {
                // Half-pixel centres: the middle of result pixel i in the source's coordinates.
                var centre = (i + 0.5) * scale;
                var start = Math.Max(0, (int)(centre - radius + 0.5));
                var count = Math.Min(from, (int)(centre + radius + 0.5)) - start;
                var taps = Enumerable.Range(start, count)
                    .Select(x => Math.Max(0, 1 - (Math.Abs(x + 0.5 - centre) / radius))).ToArray();
                var sum = taps.Sum();
                weights.Starts[i] = start;
                weights.Counts[i] = count;
                for (var tap = 0; tap < count; tap++)
                {
                    weights.Taps[(i * most) + tap] = (float)(taps[tap] / sum);
                }
            }

            return weights;
        }
    }
}
