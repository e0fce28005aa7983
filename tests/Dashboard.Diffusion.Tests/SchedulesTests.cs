using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Tests;

public sealed class SchedulesTests
{
    /// <summary>Values from Python's math module.</summary>
    [Theory]
    [InlineData(0.0, 0.95, 0.31224989991992, 2.225316312203234)]
    [InlineData(0.25, 0.8104543226685387, 0.5858018358351911, 0.6492268286515399)]
    [InlineData(0.5, 0.5944798383066962, 0.8041105159409647, -0.6040998310250565)]
    [InlineData(1.0, 0.02, 0.999799979995999, -7.823645930834956)]
    public void Cosine_rates_follow_an_angle_linear_in_time(double t, double signal, double noise, double logSnr)
    {
        var schedule = new CosineSignalRates(0.02, 0.95);

        Assert.Equal(signal, schedule.SignalRate(t), 12);
        Assert.Equal(noise, schedule.NoiseRate(t), 12);
        Assert.Equal(logSnr, schedule.LogSnr(t), 11);
    }

    /// <summary>ᾱ from Python's math module, by each paper's formula.</summary>
    [Theory]
    [InlineData(ScheduleKind.Cosine, 0.3, 0.7869105111508292)]
    [InlineData(ScheduleKind.Sigmoid, 0.3, 0.7966638696122071)]
    [InlineData(ScheduleKind.Karras, 0.3, 0.9080142914416378)]
    [InlineData(ScheduleKind.LogSnrLinear, 0.3, 0.9820137900379085)]
    [InlineData(ScheduleKind.LinearBeta, 0.001, 0.9999)]
    [InlineData(ScheduleKind.LinearBeta, 0.5, 0.07858724288177821)]
    [InlineData(ScheduleKind.LinearBeta, 1, 4.0358297653756754e-05)]
    public void Signal_power_follows_the_papers_formula(ScheduleKind kind, double t, double signalPower)
    {
        var schedule = NoiseSchedule.From(new ScheduleSpec { Kind = kind, Steps = 1000 });

        Assert.Equal(signalPower, Math.Pow(schedule.SignalRate(t), 2), 12);
        Assert.Equal(1, Math.Pow(schedule.SignalRate(t), 2) + Math.Pow(schedule.NoiseRate(t), 2), 12);
    }

    public static TheoryData<ScheduleKind> Kinds => [.. Enum.GetValues<ScheduleKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Times_are_found_again_by_their_log_snr(ScheduleKind kind)
    {
        var schedule = NoiseSchedule.From(new ScheduleSpec { Kind = kind, Steps = 1000 });

        foreach (var t in new[] { 0.01, 0.2, 0.5, 0.77, 0.99 })
        {
            Assert.Equal(t, schedule.TimeOf(schedule.LogSnr(t)), 9);
        }

        Assert.Equal(schedule.CleanestTime, schedule.TimeOf(1000));
        Assert.Equal(1, schedule.TimeOf(-1000));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Zero_terminal_snr_ends_in_pure_noise_and_keeps_the_clean_end(ScheduleKind kind)
    {
        var spec = new ScheduleSpec { Kind = kind, Steps = 1000 };
        var (before, after) = (NoiseSchedule.From(spec), NoiseSchedule.From(spec with { ZeroTerminalSnr = true }));

        Assert.Equal(0, after.SignalRate(1));
        Assert.Equal(1, after.NoiseRate(1));
        Assert.Equal(before.SignalRate(before.CleanestTime), after.SignalRate(before.CleanestTime), 12);
    }
}
