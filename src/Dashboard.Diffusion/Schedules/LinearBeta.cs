namespace Dashboard.Diffusion.Schedules;

/// <summary>
/// The schedule of Ho et al. 2020: β rises evenly from its first to its last step, ᾱ is the running product of 1 − β. Step n
/// (from 0) lies at t = (n + 1) / steps, ᾱ(0) = 1; between steps ln ᾱ is linear in t, so that any sampler may stop anywhere.
/// </summary>
public sealed record LinearBeta(double BetaStart, double BetaEnd, int Steps) : NoiseSchedule
{
    private readonly double[] logSignalPowers = LogSignalPowers(BetaStart, BetaEnd, Steps);

    public override double CleanestTime => 1.0 / Steps;

    public override double SignalRate(double t)
    {
        // The small number forgives t = n / steps its rounding.
        var place = Math.Clamp(t, 0, 1) * Steps;
        var step = (int)(place + 1e-9);
        var share = place - step;
        var logPower = share < 1e-9
            ? logSignalPowers[step]
            : ((1 - share) * logSignalPowers[step]) + (share * logSignalPowers[step + 1]);
        return Math.Exp(logPower / 2);
    }

    public bool Equals(LinearBeta? other) =>
        other is not null && (BetaStart, BetaEnd, Steps) == (other.BetaStart, other.BetaEnd, other.Steps);

    public override int GetHashCode() => HashCode.Combine(BetaStart, BetaEnd, Steps);

    /// <summary>ln ᾱ before the first step and after each.</summary>
    private static double[] LogSignalPowers(double first, double last, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        var powers = new double[steps + 1];
        for (var step = 0; step < steps; step++)
        {
            var beta = first + ((last - first) * step / (steps - 1));
            powers[step + 1] = powers[step] + Math.Log(1 - beta);
        }

        return powers;
    }
}
