using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Schedules;

namespace Dashboard.Diffusion.Tests;

public sealed class DdimPlanTests
{
    private static readonly NoiseSchedule Schedule = new CosineSignalRates(0.02, 0.95);

    [Fact]
    public void Times_run_from_one_down_to_one_step_above_zero()
    {
        var plan = DdimPlan.Create(Schedule, 5, 0);

        Assert.Equal([1, 0.8, 0.6, 0.4, 0.2], plan.Select(s => Math.Round(s.Time, 12)));
        Assert.Equal(Schedule.SignalRate(0), plan[^1].NextSignalRate, 12);
        Assert.All(plan, s => Assert.Equal(0, s.Sigma));
        Assert.All(plan, s => Assert.Equal(s.NextNoiseRate, s.Direction, 12));
    }

    /// <summary>√((1−ᾱ′)/(1−ᾱ))·√(1−ᾱ/ᾱ′), Song et al. 2021 equation 16 at η = 1, from Python's math module.</summary>
    [Fact]
    public void Eta_one_has_the_ancestral_variance()
    {
        var plan = DdimPlan.Create(Schedule, 4, 1);

        double[] expected = [0.9449549996383492, 0.7136695556393762, 0.4951487110131118, 0.2780984375064106];
        Assert.All(plan.Zip(expected), pair => Assert.Equal(pair.Second, pair.First.Sigma, 12));
        Assert.All(plan, s => Assert.Equal(s.NextNoiseRate * s.NextNoiseRate, (s.Direction * s.Direction) + (s.Sigma * s.Sigma), 12));
    }

    /// <summary>With the true noise of a known image, one step lands exactly where the schedule puts that image and noise.</summary>
    [Fact]
    public void A_step_with_the_true_noise_stays_on_the_path()
    {
        const double image = 0.37, noise = -1.2;
        foreach (var step in DdimPlan.Create(Schedule, 7, 0))
        {
            var x = (step.SignalRate * image) + (step.NoiseRate * noise);
            var predicted = (x - (step.NoiseRate * noise)) / step.SignalRate;
            Assert.Equal(image, predicted, 10);
            Assert.Equal(
                (step.NextSignalRate * image) + (step.NextNoiseRate * noise),
                (step.NextSignalRate * predicted) + (step.Direction * noise),
                10);
        }
    }

    [Theory]
    [InlineData(20, 5, new[] { 0, 5, 10, 14, 19 })]
    [InlineData(3, 5, new[] { 0, 1, 2 })]
    [InlineData(20, 1, new[] { 19 })]
    [InlineData(20, 0, new int[0])]
    public void Frames_are_spread_from_the_first_to_the_last_evaluation(int evaluations, int frames, int[] expected) =>
        Assert.Equal(expected, DdimPlan.FrameIndices(evaluations, frames));
}
