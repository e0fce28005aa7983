namespace Dashboard.Diffusion.Schedules;

/// <summary>A schedule that is given by its log-SNR.</summary>
public abstract record LogSnrSchedule : NoiseSchedule
{
    /// <summary>Beyond ±20 a rate is 0 to fp32's precision beside the other; ᾱ of exactly 0 or 1 would divide by zero.</summary>
    protected const double Limit = 20;

    public sealed override double SignalRate(double t) => SignalRateAt(LogSnrAt(t));

    public sealed override double NoiseRate(double t) => SignalRateAt(-LogSnrAt(t));

    protected abstract double LogSnrAt(double t);

    /// <summary>The log-SNR of ᾱ, within ±<see cref="Limit"/>.</summary>
    protected static double Bounded(double signalPower) =>
        Math.Clamp(Math.Log(signalPower) - Math.Log(1 - signalPower), -Limit, Limit);
}
