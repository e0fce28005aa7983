using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Sampling;

/// <summary>
/// EDM's sampler (Karras et al. 2022, algorithm 2): Euler's step in σ, then a second evaluation that makes it the trapezoid's;
/// churn puts noise in before a step. N levels take 2N − 1 evaluations; where the number is even, the step before the last stays
/// Euler's. Out of pure noise σ is infinite: that step is Euler's, too.
/// </summary>
internal static class HeunPlan
{
    public static IReadOnlyList<SamplerStep> Create(NoiseSchedule schedule, SamplerSpec settings)
    {
        var eulerSteps = settings.Evaluations > 1 && NoiseLevel.At(schedule, 1).HasNoSignal ? 1 : 0;
        var levels = TimeGrid.Create(schedule, (settings.Evaluations + eulerSteps + 2) / 2, settings.Spacing);
        var endsWithEuler = (2 * levels.Count) - 1 - eulerSteps > settings.Evaluations;
        var steps = new List<SamplerStep>();
        var at = levels[0];
        for (var i = 0; i < levels.Count - 1; i++)
        {
            var to = levels[i + 1];
            var isLast = i == levels.Count - 2;
            var (start, churn) = isLast ? (to, 0) : Churned(schedule, to, settings.Churn, levels.Count);
            if (at.HasNoSignal || (isLast && endsWithEuler))
            {
                steps.Add(Step(at, Towards(start, [new SamplerTerm(0, 1, to.Sigma)]), churn));
            }
            else
            {
                // x̃ = x / signal = x̂₀ + σ·ε̂; Euler: x̃ + (σ' − σ)·ε̂; then the mean of both slopes instead of the first.
                steps.Add(Step(at, Towards(to, [new SamplerTerm(0, 1, to.Sigma)]), 0));
                steps.Add(Step(
                    to,
                    Towards(
                        start,
                        [new SamplerTerm(1, 1, (at.Sigma + to.Sigma) / 2), new SamplerTerm(0, 0, (to.Sigma - at.Sigma) / 2)]),
                    churn));
            }

            at = start;
        }

        steps.Add(new SamplerStep(at.Time, at.Signal, at.Noise, SamplerStep.Finished));
        return steps;
    }

    private static SamplerStep Step(NoiseLevel at, IReadOnlyList<SamplerTerm> terms, double freshNoise) =>
        new(at.Time, at.Signal, at.Noise, terms, freshNoise);

    /// <summary>From x̃ to x at the level where the next evaluation is made.</summary>
    private static IReadOnlyList<SamplerTerm> Towards(NoiseLevel start, IReadOnlyList<SamplerTerm> terms) =>
        [.. terms.Select(term => term with { Image = term.Image * start.Signal, Noise = term.Noise * start.Signal })];

    /// <summary>The noisier level that churn starts the next step from, and the noise that brings x there.</summary>
    private static (NoiseLevel Level, double FreshNoise) Churned(
        NoiseSchedule schedule, NoiseLevel level, Specs.ChurnSpec churn, int levels)
    {
        if (churn.Amount <= 0 || level.Sigma < churn.MinSigma || level.Sigma > churn.MaxSigma)
        {
            return (level, 0);
        }

        var wanted = level.Sigma * (1 + Math.Min(churn.Amount / levels, Math.Sqrt(2) - 1));
        var noisier = NoiseLevel.At(schedule, schedule.TimeOf(-2 * Math.Log(wanted)));
        var added = Math.Sqrt(Math.Max((noisier.Sigma * noisier.Sigma) - (level.Sigma * level.Sigma), 0));
        return (noisier, noisier.Signal * added * churn.Noise);
    }
}
