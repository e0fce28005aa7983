using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;

namespace Dashboard.Diffusion.Tests;

/// <summary>
/// Samplers on images of one normally distributed number, for which the perfect network and the exact solution of the probability
/// flow are known in closed form: they must come to that solution as fast as theory says.
/// </summary>
public sealed class SamplerOrderTests
{
    private const double Mean = 0.4, Deviation = 0.6, Start = 0.83;
    private static readonly GaussianImages Gaussian = new(Mean, Deviation);
    private static readonly NoiseSchedule Schedule = new LogSnrLinear(-8, 5);

    /// <summary>
    /// Orders as in the samplers' papers; extrapolation with equal-step coefficients stays at 2 on steps that are not equal.
    /// </summary>
    [Theory]
    [InlineData(Sampler.Ddim, 1, 1)]
    [InlineData(Sampler.AdamsBashforth, 1, 1)]
    [InlineData(Sampler.AdamsBashforth, 2, 2)]
    [InlineData(Sampler.AdamsBashforth, 4, 2)]
    [InlineData(Sampler.DpmSolver2M, 2, 2)]
    [InlineData(Sampler.Heun, 2, 2)]
    [InlineData(Sampler.Unipc, 1, 2)]
    [InlineData(Sampler.Unipc, 2, 3)]
    [InlineData(Sampler.Unipc, 3, 4)]
    public void Deterministic_samplers_converge_at_their_order(Sampler sampler, int order, double expected)
    {
        var (coarse, fine) = (Error(sampler, order, 129), Error(sampler, order, 257));

        var reached = Math.Log2(coarse / fine);
        Assert.True(reached > expected - 0.25, $"order {reached:F2} with errors {coarse:E2} and {fine:E2}, expected {expected}");
    }

    /// <summary>Mean and spread of many draws against the data's own.</summary>
    [Theory]
    [InlineData(Sampler.Ddpm, AncestralVariance.Posterior)]
    [InlineData(Sampler.Ddpm, AncestralVariance.Large)]
    [InlineData(Sampler.DpmSolverSde, AncestralVariance.Posterior)]
    public void Stochastic_samplers_end_in_the_data_distribution(Sampler sampler, AncestralVariance variance)
    {
        var plan = SamplerPlan.Create(
            Schedule,
            new SamplerSpec { Sampler = sampler, Evaluations = 100, Spacing = TimeSpacing.LogSnr, Variance = variance });
        var random = new Random(1);
        var images = Enumerable.Range(0, 40_000)
            .Select(_ => Gaussian.Walk(plan, random.NextNormal(), random.NextNormal).Image).ToList();

        // The last evaluation answers with the mean given x, whose spread lacks what x leaves open.
        var last = plan[^1];
        var lost = 1 / ((1 / Math.Pow(Deviation, 2)) + Math.Pow(last.SignalRate / last.NoiseRate, 2));
        var mean = images.Average();
        var spread = Math.Sqrt(images.Average(x => (x - mean) * (x - mean)) + lost);
        Assert.Equal(Mean, mean, 0.012);
        Assert.Equal(Deviation, spread, 0.02);
    }

    /// <summary>Churn puts as much noise in as the next steps take out: the draws keep their distribution.</summary>
    [Fact]
    public void Churn_keeps_the_data_distribution()
    {
        var plan = SamplerPlan.Create(
            Schedule,
            new SamplerSpec
            {
                Sampler = Sampler.Heun, Evaluations = 101, Spacing = TimeSpacing.LogSnr, Churn = new ChurnSpec { Amount = 20 },
            });
        var random = new Random(2);
        var images = Enumerable.Range(0, 40_000)
            .Select(_ => Gaussian.Walk(plan, random.NextNormal(), random.NextNormal).Image).ToList();

        Assert.Contains(plan, step => step.FreshNoise > 0);
        var mean = images.Average();
        Assert.Equal(Mean, mean, 0.012);
        Assert.Equal(Deviation, Math.Sqrt(images.Average(x => (x - mean) * (x - mean))), 0.02);
    }

    public static TheoryData<Sampler, TimeSpacing, int> Counts => new MatrixTheoryData<Sampler, TimeSpacing, int>(
        Enum.GetValues<Sampler>(), Enum.GetValues<TimeSpacing>(), [1, 2, 3, 8, 25]);

    [Theory]
    [MemberData(nameof(Counts))]
    public void Every_plan_makes_as_many_evaluations_as_asked_and_never_turns_back(
        Sampler sampler, TimeSpacing spacing, int evaluations)
    {
        foreach (var kind in Enum.GetValues<ScheduleKind>())
        {
            foreach (var zeroTerminal in new[] { false, true })
            {
                var schedule = NoiseSchedule.From(new ScheduleSpec { Kind = kind, Steps = 1000, ZeroTerminalSnr = zeroTerminal });
                var plan = SamplerPlan.Create(
                    schedule, new SamplerSpec { Sampler = sampler, Evaluations = evaluations, Spacing = spacing });

                Assert.Equal(evaluations, plan.Count);
                Assert.Equal(1, plan[0].Time);
                Assert.All(plan.Zip(plan.Skip(1)), pair => Assert.True(pair.First.Time >= pair.Second.Time));
                Assert.All(plan.Index(), step =>
                {
                    Assert.All(step.Item.Terms, term => Assert.True(double.IsFinite(term.Image) && double.IsFinite(term.Noise)));
                    Assert.All(step.Item.Terms, term => Assert.InRange(term.Back, 0, step.Index));
                    Assert.True(double.IsFinite(step.Item.FreshNoise));
                });
            }
        }
    }

    /// <summary>How far x is from the exact solution where the last evaluation is made.</summary>
    private static double Error(Sampler sampler, int order, int evaluations)
    {
        var plan = SamplerPlan.Create(
            Schedule,
            new SamplerSpec { Sampler = sampler, Evaluations = evaluations, Order = order, Spacing = TimeSpacing.LogSnr });
        var last = plan[^1];

        // x − signal·mean keeps its place in the spread √(signal²·deviation² + noise²).
        var place = (Start - (plan[0].SignalRate * Mean)) / Gaussian.Spread(plan[0]);
        var exact = (last.SignalRate * Mean) + (place * Gaussian.Spread(last));
        return Math.Abs(Gaussian.Walk(plan, Start, () => 0).Visited[^1] - exact);
    }
}
