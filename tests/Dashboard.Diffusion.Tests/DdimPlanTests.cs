using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Tests;

public sealed class DdimPlanTests
{
    private static readonly NoiseSchedule Schedule = new CosineSignalRates(0.02, 0.95);

    [Fact]
    public void Times_run_from_one_down_to_one_step_above_zero()
    {
        var plan = SamplerPlan.Create(Schedule, new SamplerSpec { Sampler = Sampler.Ddim, Evaluations = 5 });

        Assert.Equal([1, 0.8, 0.6, 0.4, 0.2], plan.Select(s => Math.Round(s.Time, 12)));
        Assert.All(plan, s => Assert.Equal(0, s.FreshNoise));
        Assert.Equal(SamplerStep.Finished, plan[^1].Terms);
    }

    /// <summary>√((1−ᾱ′)/(1−ᾱ))·√(1−ᾱ/ᾱ′), Song et al. 2021 equation 16 at η = 1, from Python's math module.</summary>
    [Fact]
    public void Eta_one_has_the_ancestral_variance()
    {
        var plan = SamplerPlan.Create(Schedule, new SamplerSpec { Sampler = Sampler.Ddim, Evaluations = 4, Eta = 1 });

        double[] expected = [0.9449549996383492, 0.7136695556393762, 0.4951487110131118];
        Assert.All(plan.Zip(expected), pair => Assert.Equal(pair.Second, pair.First.FreshNoise, 12));
        Assert.All(plan.SkipLast(1).Index(), step =>
        {
            var noise = Schedule.NoiseRate(plan[step.Index + 1].Time);
            var term = Assert.Single(step.Item.Terms);
            Assert.Equal(noise * noise, (term.Noise * term.Noise) + (step.Item.FreshNoise * step.Item.FreshNoise), 12);
        });
    }

    /// <summary>
    /// With the true noise of a known image, each step lands exactly where the schedule puts that image and noise.
    /// </summary>
    [Fact]
    public void A_step_with_the_true_noise_stays_on_the_path()
    {
        const double image = 0.37, noise = -1.2;
        var plan = SamplerPlan.Create(Schedule, new SamplerSpec { Sampler = Sampler.Ddim, Evaluations = 7 });
        foreach (var (step, next) in plan.Zip(plan.Skip(1)))
        {
            var term = Assert.Single(step.Terms);
            Assert.Equal((next.SignalRate * image) + (next.NoiseRate * noise), (term.Image * image) + (term.Noise * noise), 12);
        }
    }

    [Theory]
    [InlineData(20, 5, new[] { 0, 5, 10, 14, 19 })]
    [InlineData(3, 5, new[] { 0, 1, 2 })]
    [InlineData(20, 1, new[] { 19 })]
    [InlineData(20, 0, new int[0])]
    public void Frames_are_spread_from_the_first_to_the_last_evaluation(int evaluations, int frames, int[] expected) =>
        Assert.Equal(expected, SamplerPlan.FrameIndices(evaluations, frames));
}
