using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Sampling;

/// <summary>
/// Which evaluations a sampler makes and how it mixes their answers, computed in double before the first of them.
/// </summary>
public static class SamplerPlan
{
    /// <summary>One step for each evaluation of the network, in their order.</summary>
    public static IReadOnlyList<SamplerStep> Create(NoiseSchedule schedule, SamplerSpec settings)
    {
        if (settings.Sampler == Sampler.Heun)
        {
            return HeunPlan.Create(schedule, settings);
        }

        var levels = TimeGrid.Create(schedule, settings.Evaluations, settings.Spacing);
        return settings.Sampler switch
        {
            Sampler.Ddim => DdimPlan.Create(levels, settings.Eta),
            Sampler.Ddpm => DdimPlan.Ancestral(levels, settings.Variance),
            Sampler.AdamsBashforth => AdamsBashforthPlan.Create(levels, settings.Order),
            Sampler.DpmSolver2M => DpmSolverPlan.Deterministic(levels),
            Sampler.DpmSolverSde => DpmSolverPlan.Stochastic(levels),
            Sampler.Unipc => UnipcPlan.Create(levels, settings.Order),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Sampler, "unknown sampler"),
        };
    }

    /// <summary>Which evaluations to keep a frame of: evenly spread, the first and the last among them.</summary>
    public static IReadOnlyList<int> FrameIndices(int evaluations, int frames)
    {
        if (frames <= 0)
        {
            return [];
        }

        if (frames >= evaluations)
        {
            return [.. Enumerable.Range(0, evaluations)];
        }

        if (frames == 1)
        {
            return [evaluations - 1];
        }

        return [.. Enumerable.Range(0, frames).Select(i => (int)Math.Round((double)i * (evaluations - 1) / (frames - 1)))];
    }

    /// <summary>
    /// A step for each level; <paramref name="mix"/> gives the way from one to the next, the last one finishes.
    /// </summary>
    internal static IReadOnlyList<SamplerStep> Walk(
        IReadOnlyList<NoiseLevel> levels, Func<int, (IReadOnlyList<SamplerTerm> Terms, double FreshNoise)> mix) =>
        [.. levels.Select((level, i) =>
        {
            var (terms, freshNoise) = i == levels.Count - 1 ? (SamplerStep.Finished, 0) : mix(i);
            return new SamplerStep(level.Time, level.Signal, level.Noise, terms, freshNoise);
        })];
}
