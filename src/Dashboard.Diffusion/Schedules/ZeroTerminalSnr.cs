namespace Dashboard.Diffusion.Schedules;

/// <summary>
/// Another schedule whose signal rates are shifted so that the one at t = 1 is 0, and scaled so that the cleanest stays as it is
/// (Lin et al. 2024, algorithm 1): training and sampling then start from the same pure noise.
/// </summary>
public sealed record ZeroTerminalSnr(NoiseSchedule Inner) : NoiseSchedule
{
    private readonly double first = Inner.SignalRate(Inner.CleanestTime);
    private readonly double last = Inner.SignalRate(1);

    public override double CleanestTime => Inner.CleanestTime;

    public override double SignalRate(double t) =>
        Math.Clamp((Inner.SignalRate(t) - last) * first / (first - last), 0, 1);
}
