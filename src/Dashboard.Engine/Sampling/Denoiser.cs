using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;
using Dashboard.Engine.Networks;
using static TorchSharp.torch;

namespace Dashboard.Engine.Sampling;

/// <summary>An evaluation's answer, normalised: x = signal·<paramref name="Image"/> + noise·<paramref name="Noise"/>.</summary>
internal sealed record Prediction(Tensor Image, Tensor Noise);

/// <summary>
/// Asks the network what is image and what is noise, whatever it was trained to answer, and keeps the image within bounds.
/// </summary>
/// <param name="network">In evaluation mode.</param>
internal sealed class Denoiser(
    DiffusionNetwork network, Parameterization parameterization, Normalizer normalizer, SamplerSpec settings)
{
    /// <summary>The number of the label to draw; null draws any.</summary>
    public long? Label { get; init; }

    /// <summary>
    /// 1 takes the answer for the label as it is; more goes on from the answer for any label through it (Ho &amp; Salimans 2022).
    /// </summary>
    public double Guidance { get; init; } = 1;

    /// <param name="x">N×3×S×S, channels-last.</param>
    public Prediction Predict(SamplerStep step, Tensor x)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var (signal, noise) = (Scalar(step.SignalRate), Scalar(step.NoiseRate));
        var conditions = new Conditions(Scalar(step.Time), Scalar(step.NoiseRate * step.NoiseRate));
        var answer = Answer(x, conditions);
        var image = Parameterizations.Convert(parameterization, Parameterization.Image, answer, x, signal, noise);
        Tensor predictedNoise;
        if (settings.Clip == ImageClip.None)
        {
            predictedNoise = Parameterizations.Convert(parameterization, Parameterization.Noise, answer, x, signal, noise);
        }
        else
        {
            // What the bounds take from the image counts as noise.
            image = settings.Clip == ImageClip.Range
                ? normalizer.Clip(image)
                : normalizer.ClipDynamically(image, settings.Percentile);
            predictedNoise = Parameterizations.Convert(Parameterization.Image, Parameterization.Noise, image, x, signal, noise);
        }

        return new Prediction(image.MoveToOuterDisposeScope(), predictedNoise.MoveToOuterDisposeScope());

        Tensor Scalar(double value) => full([1, 1, 1, 1], value, ScalarType.Float32, x.device);
    }

    private Tensor Answer(Tensor x, Conditions conditions)
    {
        if (Label is not { } label)
        {
            return network.Predict(x, conditions);
        }

        var answer = network.Predict(x, conditions with { Labels = full([x.shape[0]], label, ScalarType.Int64, x.device) });
        return Guidance == 1 ? answer : network.Predict(x, conditions).lerp(answer, Guidance);
    }
}
