namespace Dashboard.Diffusion.Sampling;

/// <summary>
/// DDIM whose ε̂ is extrapolated from the last evaluations by Adams and Bashforth's coefficients for equal steps, the multistep
/// sampler of clear-diffusion (Liu et al. 2022). The steps are equal in t, not in σ, in which the equation is solved, so that the
/// order of accuracy is at most 2 however many evaluations it looks back on; in few evaluations more of them still help.
/// </summary>
internal static class AdamsBashforthPlan
{
    /// <summary>By the number of evaluations, the newest first.</summary>
    private static readonly double[][] Coefficients =
    [
        [1],
        [3.0 / 2, -1.0 / 2],
        [23.0 / 12, -16.0 / 12, 5.0 / 12],
        [55.0 / 24, -59.0 / 24, 37.0 / 24, -9.0 / 24],
        [1901.0 / 720, -2774.0 / 720, 2616.0 / 720, -1274.0 / 720, 251.0 / 720],
    ];

    /// <param name="order">1…5; the first steps have fewer evaluations to look back on.</param>
    public static IReadOnlyList<SamplerStep> Create(IReadOnlyList<NoiseLevel> levels, int order)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, Coefficients.Length);
        return SamplerPlan.Walk(levels, i =>
        {
            var (from, to) = (levels[i], levels[i + 1]);
            if (from.HasNoSignal)
            {
                return (DdimPlan.Remix(to), 0);
            }

            // x' = signal'/signal · (x − noise·ε̃) + noise'·ε̃, with x = signal·x̂₀ + noise·ε̂ and ε̃ the extrapolated one.
            var scale = to.Signal / from.Signal;
            var weights = Coefficients[Math.Min(order, i + 1) - 1];
            return (
                [.. weights.Select((weight, back) => new SamplerTerm(
                    back,
                    back == 0 ? to.Signal : 0,
                    ((to.Noise - (scale * from.Noise)) * weight) + (back == 0 ? scale * from.Noise : 0)))],
                0);
        });
    }
}
