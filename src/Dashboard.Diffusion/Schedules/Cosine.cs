namespace Dashboard.Diffusion.Schedules;

/// <summary>
/// ᾱ(t) = f(t) / f(0), f(t) = cos²((t + s) / (1 + s) · π/2), s = 0.008 (Nichol &amp; Dhariwal 2021, equation 17). Where they
/// bound β by 0.999 at the last of 1,000 steps, this bounds the log-SNR by −20, which is the same there.
/// </summary>
public sealed record Cosine : LogSnrSchedule
{
    private const double Offset = 0.008;
    private static readonly double Start = Power(0);

    protected override double LogSnrAt(double t) => Bounded(Power(t) / Start);

    private static double Power(double t)
    {
        var cosine = Math.Cos((t + Offset) / (1 + Offset) * Math.PI / 2);
        return cosine * cosine;
    }
}
