using static TorchSharp.torch;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// Fréchet Inception Distance (Heusel et al. 2017) between Gaussians fitted to two sets of features:
/// |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½). Biased upwards, the more the fewer images.
/// </summary>
public static class Fid
{
    /// <summary>Distance from 1 to the next double.</summary>
    private const double MachineEpsilon = 1.0 / (1L << 52);

    /// <param name="real">N×d, at least two rows.</param>
    /// <param name="generated">M×d, at least two rows.</param>
    /// <returns>NaN for features that are not finite, of which the tensor library would refuse the eigenvalues.</returns>
    public static double Of(Tensor real, Tensor generated)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var (realMean, realCovariance) = Fit(real);
        var (generatedMean, generatedCovariance) = Fit(generated);

        if (!IsFinite(realCovariance) || !IsFinite(generatedCovariance))
        {
            return double.NaN;
        }

        var (values, vectors) = Spectrum(realCovariance);
        var root = mm(vectors * values.sqrt(), vectors.t());
        var product = mm(mm(root, generatedCovariance), root);
        if (!IsFinite(product))
        {
            return double.NaN;
        }

        var (shared, _) = Spectrum((product + product.t()) / 2);

        var distance = (realMean - generatedMean).square().sum() + realCovariance.trace() + generatedCovariance.trace()
            - (shared.sqrt().sum() * 2);
        return distance.item<double>();
    }

    private static bool IsFinite(Tensor tensor) => tensor.isfinite().all().item<bool>();

    private static (Tensor Mean, Tensor Covariance) Fit(Tensor features)
    {
        var rows = features.to(ScalarType.Float64);
        var mean = rows.mean([0]);
        var centred = rows - mean;
        return (mean, mm(centred.t(), centred) / (rows.shape[0] - 1));
    }

    /// <summary>
    /// With fewer images than features most eigenvalues are 0 but come out as rounding noise, whose roots would add up: what lies
    /// below the usual bound for a rank (d·ε·largest) is 0.
    /// </summary>
    private static (Tensor Values, Tensor Vectors) Spectrum(Tensor symmetric)
    {
        var (values, vectors) = linalg.eigh(symmetric);
        var noise = values.max() * (symmetric.shape[0] * MachineEpsilon);
        return (values.masked_fill(values.le(noise), 0), vectors);
    }
}
