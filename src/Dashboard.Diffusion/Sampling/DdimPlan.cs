using Dashboard.Diffusion.Schedules;

namespace Dashboard.Diffusion.Sampling;

/// <summary>
/// One evaluation of the network at <see cref="Time"/> and the remix that follows it:
/// x_next = NextSignalRate·x̂₀ + Direction·ε̂ + Sigma·z.
/// </summary>
/// <param name="Sigma">Standard deviation of the fresh noise z; 0 for eta = 0.</param>
public sealed record DdimStep(
    double Time,
    double SignalRate,
    double NoiseRate,
    double NextSignalRate,
    double NextNoiseRate,
    double Sigma)
{
    /// <summary>Weight of the predicted noise in the next x: √(NextNoiseRate² − Sigma²).</summary>
    public double Direction => Math.Sqrt(Math.Max((NextNoiseRate * NextNoiseRate) - (Sigma * Sigma), 0));
}

/// <summary>The times and coefficients of DDIM (Song et al. 2021, equations 12 and 16).</summary>
public static class DdimPlan
{
    /// <summary>
    /// Times are 1, 1 − 1/N, …, 1/N. The finished image is the predicted x₀ of the last evaluation, so N evaluations are
    /// made in all. The first x is pure noise although the schedule's signal rate at t = 1 is not 0, as in the reference.
    /// </summary>
    /// <param name="evaluations">N, from 1.</param>
    /// <param name="eta">0 deterministic, 1 the ancestral sampler's variance.</param>
    public static IReadOnlyList<DdimStep> Create(NoiseSchedule schedule, int evaluations, double eta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(evaluations, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(eta);

        var steps = new DdimStep[evaluations];
        for (var i = 0; i < evaluations; i++)
        {
            var time = 1 - ((double)i / evaluations);
            var next = 1 - ((double)(i + 1) / evaluations);
            var (signal, noise) = (schedule.SignalRate(time), schedule.NoiseRate(time));
            var (nextSignal, nextNoise) = (schedule.SignalRate(next), schedule.NoiseRate(next));
            var kept = signal / nextSignal;
            var sigma = eta * nextNoise / noise * Math.Sqrt(Math.Max(1 - (kept * kept), 0));
            steps[i] = new DdimStep(time, signal, noise, nextSignal, nextNoise, Math.Min(sigma, nextNoise));
        }

        return steps;
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
}
