namespace Dashboard.Diffusion.Sampling;

/// <summary>
/// DPM-Solver++(2M) and its SDE form (Lu et al. 2022b): second order from one evaluation a step and the one before.
/// </summary>
internal static class DpmSolverPlan
{
    public static IReadOnlyList<SamplerStep> Deterministic(IReadOnlyList<NoiseLevel> levels) =>
        SamplerPlan.Walk(levels, i =>
        {
            var (from, to) = (levels[i], levels[i + 1]);

            // x' = noise'/noise · x + signal'·(1 − e^−h)·D
            var kept = to.Noise / from.Noise;
            var gain = to.Signal * (1 - Decay(from, to));
            return (Terms(levels, i, kept, gain), 0);
        });

    /// <summary>With as much noise put in as the reverse SDE has (η = 1); the second-order term is the midpoint rule's.</summary>
    public static IReadOnlyList<SamplerStep> Stochastic(IReadOnlyList<NoiseLevel> levels) =>
        SamplerPlan.Walk(levels, i =>
        {
            var (from, to) = (levels[i], levels[i + 1]);
            var decay = Decay(from, to);
            var kept = to.Noise / from.Noise * decay;
            var gain = to.Signal * (1 - (decay * decay));
            return (Terms(levels, i, kept, gain), to.Noise * Math.Sqrt(1 - (decay * decay)));
        });

    /// <summary>e^−h = (signal/noise) / (signal'/noise'), h the step in half log-SNR; 0 from pure noise.</summary>
    private static double Decay(NoiseLevel from, NoiseLevel to) => from.Signal * to.Noise / (from.Noise * to.Signal);

    /// <summary>kept·x + gain·D with D = x̂₀ + (x̂₀ − the x̂₀ before) / 2r, r the ratio of the last step to this one.</summary>
    private static IReadOnlyList<SamplerTerm> Terms(IReadOnlyList<NoiseLevel> levels, int i, double kept, double gain)
    {
        var from = levels[i];
        var slope = 0.0;
        if (i > 0 && !levels[i - 1].HasNoSignal)
        {
            var step = levels[i + 1].HalfLogSnr - from.HalfLogSnr;
            slope = step / (from.HalfLogSnr - levels[i - 1].HalfLogSnr) / 2;
        }

        var newest = new SamplerTerm(0, (kept * from.Signal) + (gain * (1 + slope)), kept * from.Noise);
        return slope == 0 ? [newest] : [newest, new SamplerTerm(1, -gain * slope, 0)];
    }
}
