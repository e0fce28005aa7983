namespace Dashboard.Diffusion.Schedules;

/// <summary>ᾱ falls from 1 to 0 as the sigmoid does between two places on it (Jabri et al. 2022, algorithm 1, τ = 1).</summary>
public sealed record Sigmoid(double Start, double End) : LogSnrSchedule
{
    protected override double LogSnrAt(double t) =>
        Bounded((Value(End) - Value(Start + (t * (End - Start)))) / (Value(End) - Value(Start)));

    private static double Value(double x) => 1 / (1 + Math.Exp(-x));
}
