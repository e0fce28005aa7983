using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Training;

/// <summary>Draws the diffusion times that a batch is trained at.</summary>
public sealed class TimeSampler(TimesSpec spec, NoiseSchedule schedule, int discreteSteps)
{
    /// <param name="count">One for each image.</param>
    public double[] Draw(Random random, int count)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            times[i] = spec.Kind switch
            {
                TimesKind.Uniform => Discrete(random.NextDouble()),
                TimesKind.Stratified => Discrete((i + random.NextDouble()) / count),
                TimesKind.LogNormal => Nearest(schedule.TimeOf(-2 * (spec.Mean + (spec.Deviation * random.NextNormal())))),
                _ => throw new InvalidOperationException($"unknown time sampling {spec.Kind}"),
            };
        }

        return times;
    }

    /// <summary>Step n of N lies at (n + 1) / N: the top of the part of [0, 1) that it stands for.</summary>
    private double Discrete(double uniform) =>
        discreteSteps == 0 ? uniform : (Math.Floor(uniform * discreteSteps) + 1) / discreteSteps;

    private double Nearest(double time) =>
        discreteSteps == 0 ? time : Math.Clamp(Math.Round(time * discreteSteps), 1, discreteSteps) / discreteSteps;
}
