using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Training;

/// <summary>Images mixed with noise at random diffusion times: x_t = signal·x₀ + noise·ε.</summary>
internal sealed record NoisyBatch(Tensor Images, Tensor Noise, Tensor Noisy, Tensor SignalRates, Tensor NoiseRates)
{
    /// <param name="images">Normalised.</param>
    /// <param name="times">Uniform in [0, 1), one per image; rates are computed from them in double precision.</param>
    public static NoisyBatch Create(Tensor images, IReadOnlyList<double> times, NoiseSchedule schedule, ulong noiseSeed)
    {
        var shape = images.shape;
        var noise = SeededRandom.Noise(noiseSeed, shape[0], (int)shape[2], images.device);
        var signalRates = Rates(schedule.SignalRate);
        var noiseRates = Rates(schedule.NoiseRate);
        return new NoisyBatch(images, noise, (signalRates * images).add_(noiseRates * noise), signalRates, noiseRates);

        Tensor Rates(Func<double, double> rate) =>
            tensor(times.Select(time => (float)rate(time)).ToArray(), device: images.device).view(-1, 1, 1, 1);
    }

    /// <summary>The loss on the noise, which trains, and the one on the image that follows from it, which only informs.</summary>
    public (Tensor Noise, Tensor Image) Losses(ResidualUnet network, Loss kind)
    {
        using var scope = NewDisposeScope();
        var predictedNoise = network.forward(Noisy, NoiseRates.square());
        var noiseLoss = Mean(kind, predictedNoise, Noise);

        Tensor imageLoss;
        using (no_grad())
        {
            var predictedImages = (Noisy - (NoiseRates * predictedNoise)).div_(SignalRates);
            imageLoss = Mean(kind, predictedImages, Images);
        }

        return (noiseLoss.MoveToOuterDisposeScope(), imageLoss.MoveToOuterDisposeScope());
    }

    private static Tensor Mean(Loss kind, Tensor predicted, Tensor actual) => kind switch
    {
        Loss.Mae => functional.l1_loss(predicted, actual),
        Loss.Mse => functional.mse_loss(predicted, actual),
        _ => throw new InvalidOperationException($"unknown loss {kind}"),
    };
}
