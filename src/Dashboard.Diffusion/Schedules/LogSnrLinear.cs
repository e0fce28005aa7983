namespace Dashboard.Diffusion.Schedules;

/// <summary>Log-SNR falls evenly from its value at t = 0 to that at t = 1.</summary>
public sealed record LogSnrLinear(double MinLogSnr, double MaxLogSnr) : LogSnrSchedule
{
    protected override double LogSnrAt(double t) => MaxLogSnr + (t * (MinLogSnr - MaxLogSnr));
}
