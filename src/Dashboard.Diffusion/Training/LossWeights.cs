using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Training;

/// <summary>
/// How much an image counts in the loss at its noise level. Weightings are stated for the squared error of x₀; the squared errors
/// of ε and v are SNR and 1 + SNR times that, so a loss on those takes the weight divided by as much, and an absolute error its
/// root.
/// </summary>
public static class LossWeights
{
    /// <param name="signal">Signal rate.</param>
    /// <param name="noise">Noise rate; signal² + noise² = 1.</param>
    public static double Of(WeightingSpec weighting, Parameterization target, Loss loss, double signal, double noise)
    {
        if (weighting.Kind == WeightingKind.Uniform)
        {
            return 1;
        }

        // In signal and noise power instead of SNR, so that neither end divides by zero where the quotient does not.
        var (image, rest) = (signal * signal, noise * noise);
        var weight = (weighting.Kind, target) switch
        {
            (WeightingKind.Snr, Parameterization.Image) => image / rest,
            (WeightingKind.Snr, Parameterization.Noise) => 1,
            (WeightingKind.Snr, _) => image,
            (WeightingKind.MinSnr, Parameterization.Image) => Math.Min(image / rest, weighting.Gamma),
            (WeightingKind.MinSnr, Parameterization.Noise) => Math.Min(1, weighting.Gamma * rest / image),
            (WeightingKind.MinSnr, _) => Math.Min(image, weighting.Gamma * rest),
            (WeightingKind.Edm, Parameterization.Image) => 1 / rest,
            (WeightingKind.Edm, Parameterization.Noise) => 1 / image,
            (WeightingKind.Edm, _) => 1,
            _ => throw new ArgumentOutOfRangeException(nameof(weighting), weighting.Kind, "unknown weighting"),
        };
        return loss == Loss.Mae ? Math.Sqrt(weight) : weight;
    }
}
