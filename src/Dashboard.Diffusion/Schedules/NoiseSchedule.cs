using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Schedules;

/// <summary>
/// How much image and how much noise is in x_t = signal(t)·x₀ + noise(t)·ε, for diffusion times t from 0 (image) to 1 (noise).
/// Variance preserving: signal² + noise² = 1. ᾱ is signal².
/// </summary>
public abstract record NoiseSchedule
{
    public abstract double SignalRate(double t);

    public abstract double NoiseRate(double t);

    /// <summary>ln(signal² / noise²).</summary>
    public double LogSnr(double t) => 2 * Math.Log(SignalRate(t) / NoiseRate(t));

    public static NoiseSchedule From(ScheduleSpec spec) => spec.Kind switch
    {
        ScheduleKind.CosineSignalRates => new CosineSignalRates(spec.MinSignalRate, spec.MaxSignalRate),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, "unknown schedule"),
    };
}
