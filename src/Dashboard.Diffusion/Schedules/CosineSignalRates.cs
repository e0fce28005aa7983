namespace Dashboard.Diffusion.Schedules;

/// <summary>
/// The continuous cosine schedule of Keras' DDIM example: an angle that rises evenly from acos(max signal rate) at t = 0
/// to acos(min signal rate) at t = 1; its cosine is the signal rate, its sine the noise rate.
/// </summary>
public sealed record CosineSignalRates(double MinSignalRate, double MaxSignalRate) : NoiseSchedule
{
    /// <summary>Radians at t = 0.</summary>
    public double StartAngle { get; } = Math.Acos(MaxSignalRate);

    /// <summary>Radians at t = 1.</summary>
    public double EndAngle { get; } = Math.Acos(MinSignalRate);

    public override double SignalRate(double t) => Math.Cos(Angle(t));

    public override double NoiseRate(double t) => Math.Sin(Angle(t));

    private double Angle(double t) => StartAngle + (t * (EndAngle - StartAngle));
}
