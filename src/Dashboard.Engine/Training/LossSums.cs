using Dashboard.Engine.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>Adds up losses on the device, in double, so that no step waits for the host.</summary>
internal sealed class LossSums : IDisposable
{
    private readonly Tensor sums;
    private readonly long[] quartileImages;

    public LossSums(torch.Device device, LossTotals? start = null)
    {
        start ??= LossTotals.Zero;
        sums = tensor([start.Objective, start.Noise, start.Image, .. start.Quartiles], device: device).DetachFromDisposeScope();
        quartileImages = [.. start.QuartileImages];
    }

    /// <param name="weight">How many images or steps the mean losses stand for.</param>
    public void Add(BatchLosses losses, double weight = 1)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var means = stack([losses.Objective, losses.Noise, losses.Image]).to(ScalarType.Float64).mul_(weight);
        sums.add_(cat([means, losses.Quartiles.to(ScalarType.Float64)]));
        for (var quartile = 0; quartile < LossTotals.QuartileCount; quartile++)
        {
            quartileImages[quartile] += losses.QuartileImages[quartile];
        }
    }

    /// <summary>Waits for the device.</summary>
    public LossTotals Read()
    {
        using var scope = NewDisposeScope();
        var values = sums.cpu().data<double>().ToArray();
        return new LossTotals(values[0], values[1], values[2], values[3..], [.. quartileImages]);
    }

    public void Dispose() => sums.Dispose();
}
