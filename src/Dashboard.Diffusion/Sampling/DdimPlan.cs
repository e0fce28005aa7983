using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Sampling;

/// <summary>
/// DDIM (Song et al. 2021, equations 12 and 16) and, as its noisiest members, the ancestral samplers of DDPM (Ho et al. 2020).
/// </summary>
internal static class DdimPlan
{
    /// <param name="eta">0 deterministic, 1 the posterior's variance.</param>
    public static IReadOnlyList<SamplerStep> Create(IReadOnlyList<NoiseLevel> levels, double eta) =>
        SamplerPlan.Walk(levels, i =>
        {
            var (from, to) = (levels[i], levels[i + 1]);
            var fresh = Math.Min(eta * PosteriorDeviation(from, to), to.Noise);
            return (Remix(to, fresh), fresh);
        });

    /// <summary>
    /// The mean is the posterior's, which is DDIM's at eta = 1; the fresh noise has the posterior's variance β̃ or all of β = 1 −
    /// ᾱ/ᾱ'.
    /// </summary>
    public static IReadOnlyList<SamplerStep> Ancestral(IReadOnlyList<NoiseLevel> levels, AncestralVariance variance) =>
        SamplerPlan.Walk(levels, i =>
        {
            var (from, to) = (levels[i], levels[i + 1]);
            var posterior = PosteriorDeviation(from, to);
            return (
                Remix(to, posterior),
                variance == AncestralVariance.Posterior ? posterior : posterior * from.Noise / to.Noise);
        });

    /// <summary>signal'·x̂₀ + √(noise'² − fresh²)·ε̂.</summary>
    public static IReadOnlyList<SamplerTerm> Remix(NoiseLevel to, double fresh = 0) =>
        [new SamplerTerm(0, to.Signal, Math.Sqrt(Math.Max((to.Noise * to.Noise) - (fresh * fresh), 0)))];

    /// <summary>√β̃ = noise'/noise · √(1 − ᾱ/ᾱ').</summary>
    private static double PosteriorDeviation(NoiseLevel from, NoiseLevel to)
    {
        var kept = from.Signal / to.Signal;
        return to.Noise / from.Noise * Math.Sqrt(Math.Max(1 - (kept * kept), 0));
    }
}
