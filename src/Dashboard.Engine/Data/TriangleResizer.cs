using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Dashboard.Engine.Data;

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

    /// <summary>Safe from several threads at once. Square result, size × size × 3 bytes in RGB, rounded once at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CropAndResize(PixelImage image, Span<byte> result)
    {
        var crop = Math.Min(image.Width, image.Height);
        var (left, top) = ((image.Width - crop) / 2, (image.Height - crop) / 2);
        if (crop == size)
        {
            for (var y = 0; y < size; y++)
            {
                image.Rgb.AsSpan((((top + y) * image.Width) + left) * 3, size * 3).CopyTo(result[(y * size * 3)..]);
            }

            return;
        }

        var weights = For(crop);
        var narrow = new float[crop * size * 3];
        for (var y = 0; y < crop; y++)
        {
            NarrowRow(image.Rgb.AsSpan((((top + y) * image.Width) + left) * 3, crop * 3), narrow.AsSpan(y * size * 3, size * 3), weights);
        }

        var row = new float[size * 3];
        for (var y = 0; y < size; y++)
        {
            Array.Clear(row);
            for (var tap = 0; tap < weights.Counts[y]; tap++)
            {
                AddScaled(narrow.AsSpan((weights.Starts[y] + tap) * size * 3, size * 3), weights.Taps[(y * weights.Most) + tap], row);
            }

            for (var x = 0; x < row.Length; x++)
            {
                result[(y * row.Length) + x] = (byte)Math.Clamp(row[x] + 0.5f, 0, 255);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NarrowRow(ReadOnlySpan<byte> source, Span<float> target, Weights weights)
    {
        for (var x = 0; x < size; x++)
        {
            float red = 0, green = 0, blue = 0;
            var taps = weights.Taps.AsSpan(x * weights.Most, weights.Counts[x]);
            var pixels = source.Slice(weights.Starts[x] * 3, taps.Length * 3);
            for (var tap = 0; tap < taps.Length; tap++)
            {
                red += taps[tap] * pixels[tap * 3];
                green += taps[tap] * pixels[(tap * 3) + 1];
                blue += taps[tap] * pixels[(tap * 3) + 2];
            }

            target[x * 3] = red;
            target[(x * 3) + 1] = green;
            target[(x * 3) + 2] = blue;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(ReadOnlySpan<float> values, float scale, Span<float> sums)
    {
        var scales = new Vector<float>(scale);
        var x = 0;
        for (; x <= sums.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            (new Vector<float>(sums[x..]) + (new Vector<float>(values[x..]) * scales)).CopyTo(sums[x..]);
        }

        for (; x < sums.Length; x++)
        {
            sums[x] += values[x] * scale;
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
                var taps = Enumerable.Range(start, count).Select(x => Math.Max(0, 1 - (Math.Abs(x + 0.5 - centre) / radius))).ToArray();
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
