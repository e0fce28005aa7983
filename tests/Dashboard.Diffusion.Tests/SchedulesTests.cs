using Dashboard.Diffusion.Schedules;

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
}
