using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Sampling;

/// <summary>The moments at which a sampler looks, from t = 1 downwards.</summary>
public static class TimeGrid
{
    /// <summary>ρ of Karras et al. 2022.</summary>
    private const double Rho = 7;

    /// <summary>
    /// Even spacing is 1, 1 − 1/N, …, 1/N as in Keras' examples; with N the schedule's number of steps these are all of its
    /// steps. The other spacings go from the noisiest to the cleanest finite log-SNR, both ends included.
    /// </summary>
    /// <param name="count">N, from 1.</param>
    public static IReadOnlyList<NoiseLevel> Create(NoiseSchedule schedule, int count, TimeSpacing spacing)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. Enumerable.Range(0, count).Select(i => NoiseLevel.At(schedule, Time(i)))];

        double Time(int i)
        {
            if (spacing == TimeSpacing.Even)
            {
                return 1 - ((double)i / count);
            }

            if (i == 0 || i == count - 1)
            {
                return i == 0 ? 1 : schedule.CleanestTime;
            }

            var share = (double)i / (count - 1);

            // With zero terminal SNR the grid starts at infinity; the rest of it goes on from a log-SNR of −20.
            var (noisy, clean) = (Math.Max(schedule.LogSnr(1), -20), schedule.LogSnr(schedule.CleanestTime));
            return spacing switch
            {
                TimeSpacing.LogSnr => schedule.TimeOf(noisy + (share * (clean - noisy))),
                TimeSpacing.Karras => schedule.TimeOf(-2 * Rho * Math.Log(
                    ((1 - share) * Math.Exp(-noisy / 2 / Rho)) + (share * Math.Exp(-clean / 2 / Rho)))),
                _ => throw new ArgumentOutOfRangeException(nameof(spacing), spacing, "unknown spacing"),
            };
        }
    }
}
