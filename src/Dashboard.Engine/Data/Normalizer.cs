using static TorchSharp.torch;

namespace Dashboard.Engine.Data;

/// <summary>
/// Brings pixels to what the network sees, such as mean 0 and standard deviation 1 per channel over the training split, and back.
/// </summary>
internal sealed class Normalizer : IDisposable
{
    /// <summary>A channel of one colour only has spread 0; Keras divides by this instead.</summary>
    private const double SmallestDeviation = 1e-7;

    private readonly Tensor mean, deviation;

    public Normalizer(ChannelStatistics statistics, Device device)
    {
        Statistics = statistics;
        mean = Channels(statistics.Mean.Select(value => (float)value));
        deviation = Channels(statistics.StandardDeviation.Select(value => (float)Math.Max(value, SmallestDeviation)));

        Tensor Channels(IEnumerable<float> values) =>
            tensor(values.ToArray(), device: device).view(1, 3, 1, 1).DetachFromDisposeScope();
    }

    /// <summary>Of pixel values in [0, 1].</summary>
    public ChannelStatistics Statistics { get; }

    /// <param name="pixels">N×3×S×S bytes.</param>
    /// <returns>The same in fp32, normalised.</returns>
    public Tensor Normalize(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return pixels.to(ScalarType.Float32).div_(255).sub_(mean).div_(deviation).MoveToOuterDisposeScope();
    }

    /// <returns>Pixel values clipped to [0, 1], fp32.</returns>
    public Tensor Denormalize(Tensor images)
    {
        using var scope = NewDisposeScope();
        return (images * deviation).add_(mean).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Cuts normalised images to the range of pixels.</summary>
    public Tensor Clip(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.minimum((1 - mean) / deviation).maximum(-mean / deviation).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Dynamic thresholding (Saharia et al. 2022, section 2.3): an image of which more than a share of values lies outside the
    /// range of pixels is cut where that share lies and scaled down, so that it keeps its contrast instead of burning out.
    /// </summary>
    /// <param name="percentile">The share of values to keep as they are, up to scale.</param>
    public Tensor ClipDynamically(Tensor images, double percentile)
    {
        using var scope = NewDisposeScope();
        var symmetric = (images * deviation).add_(mean).mul_(2).sub_(1);
        var bound = symmetric.abs().reshape(images.shape[0], -1).quantile(
            tensor(percentile, ScalarType.Float32, images.device), dim: 1)
            .clamp_(min: 1).view(-1, 1, 1, 1);
        return symmetric.minimum(bound).maximum(-bound).div_(bound).add_(1).div_(2).sub_(mean).div_(deviation)
            .MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        mean.Dispose();
        deviation.Dispose();
    }
}
