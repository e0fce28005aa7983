using static TorchSharp.torch;

namespace Dashboard.Engine.Metrics;

/// <summary>A KID and how far it may be off by chance.</summary>
/// <param name="Value">Mean over batches or subsets; slightly negative is possible, for the estimator is unbiased.</param>
/// <param name="StandardError">Of that mean; null for a single batch, which tells nothing of it.</param>
/// <param name="Batches">Batches or subsets.</param>
public sealed record KidResult(double Value, double? StandardError, int Batches)
{
    public static KidResult Of(IReadOnlyList<double> batches)
    {
        var mean = batches.Average();
        double? error = batches.Count < 2
            ? null
            : Math.Sqrt(batches.Sum(value => (value - mean) * (value - mean)) / (batches.Count - 1) / batches.Count);
        return new KidResult(mean, error, batches.Count);
    }
}

/// <summary>
/// Kernel Inception Distance (Bińkowski et al. 2018): squared maximum mean discrepancy under k(a, b) = (a·b / d + 1)³.
/// </summary>
public static class Kid
{
    /// <summary>The unbiased estimate for one batch: equal numbers of real and generated features, at least two.</summary>
    /// <param name="real">M×d, fp32.</param>
    /// <param name="generated">M×d, fp32.</param>
    public static double OfBatch(Tensor real, Tensor generated)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();

        // Third powers of features overrun fp32's seven digits in the difference of means: all sums are in double.
        var (a, b) = (real.to(ScalarType.Float64), generated.to(ScalarType.Float64));
        var count = a.shape[0];
        return (MeanOffDiagonal(Kernel(a, a), count) + MeanOffDiagonal(Kernel(b, b), count) - (Kernel(a, b).mean() * 2))
            .item<double>();
    }

    /// <summary>Mean over consecutive batches as the reference takes it; what is left over is not used.</summary>
    /// <param name="real">N×d.</param>
    /// <param name="generated">N×d.</param>
    public static KidResult OfBatches(Tensor real, Tensor generated, int batchSize)
    {
        var batches = new List<double>();
        for (long first = 0; first + batchSize <= real.shape[0]; first += batchSize)
        {
            using var scope = NewDisposeScope();
            batches.Add(OfBatch(real.narrow(0, first, batchSize), generated.narrow(0, first, batchSize)));
        }

        return KidResult.Of(batches);
    }

    /// <summary>
    /// Mean over random subsets drawn without replacement from each side, the same ones for the same seed. They share their
    /// images, so the standard error is that of drawing subsets and leaves out that of drawing the images.
    /// </summary>
    /// <param name="real">N×d.</param>
    /// <param name="generated">M×d.</param>
    /// <param name="size">Images of each side in a subset, at least two.</param>
    public static KidResult OfSubsets(Tensor real, Tensor generated, int subsets, int size, int seed)
    {
        var random = new Random(seed);
        var values = new List<double>();
        for (var subset = 0; subset < subsets; subset++)
        {
            using var scope = NewDisposeScope();
            values.Add(OfBatch(Draw(real), Draw(generated)));
        }

        return KidResult.Of(values);

        Tensor Draw(Tensor features)
        {
            var order = Enumerable.Range(0, (int)features.shape[0]).Select(i => (long)i).ToArray();
            random.Shuffle(order);
            return features.index_select(0, tensor(order[..size], device: features.device));
        }
    }

    private static Tensor Kernel(Tensor a, Tensor b) => mm(a, b.t()).div_(a.shape[1]).add_(1).pow_(3);

    private static Tensor MeanOffDiagonal(Tensor kernel, long count) =>
        (kernel.sum() - kernel.diagonal().sum()) / (count * (count - 1));
}
