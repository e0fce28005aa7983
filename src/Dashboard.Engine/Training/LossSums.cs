using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>Sums of the losses on noise and image, kept on the device in double so that no step waits for the host.</summary>
internal sealed class LossSums : IDisposable
{
    private readonly Tensor sums;

    public LossSums(torch.Device device, double noise = 0, double image = 0) =>
        sums = tensor([noise, image], device: device).DetachFromDisposeScope();

    /// <param name="weight">How many images or steps the losses stand for.</param>
    public void Add((Tensor Noise, Tensor Image) losses, double weight = 1)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        sums.add_(stack([losses.Noise, losses.Image]).to(ScalarType.Float64), alpha: weight);
    }

    /// <summary>Waits for the device.</summary>
    public (double Noise, double Image) Read()
    {
        using var scope = NewDisposeScope();
        var values = sums.cpu();
        return (values[0].item<double>(), values[1].item<double>());
    }

    public void Dispose() => sums.Dispose();
}
