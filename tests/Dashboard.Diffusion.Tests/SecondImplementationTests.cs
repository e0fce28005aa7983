using System.Text.Json;
using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Testing;

namespace Dashboard.Diffusion.Tests;

/// <summary>Against tests/reference/samplers.py, which states every schedule and sampler as its paper does.</summary>
public sealed class SecondImplementationTests
{
    private static readonly Reference Goldens = JsonSerializer.Deserialize<Reference>(
        File.ReadAllText(Path.Combine(Repository.Root, "tests", "reference", "trajectories.json")), SpecJson.Options)!;

    public static TheoryData<int> Schedules => [.. Enumerable.Range(0, Goldens.Schedules.Count)];

    public static TheoryData<int> Trajectories => [.. Enumerable.Range(0, Goldens.Trajectories.Count)];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Schedules_are_those_of_a_second_implementation(int index)
    {
        var golden = Goldens.Schedules[index];
        var schedule = NoiseSchedule.From(golden.Schedule);
        foreach (var (time, expected) in golden.Times.Zip(golden.SignalRates))
        {
            Assert.Equal(expected, schedule.SignalRate(time), 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void Samplers_go_the_way_of_a_second_implementation(int index)
    {
        var golden = Goldens.Trajectories[index];
        var gaussian = new GaussianImages(Goldens.Mean, Goldens.Deviation);
        var plan = SamplerPlan.Create(NoiseSchedule.From(golden.Schedule), golden.Settings);
        var fresh = 0;
        var (visited, image) = gaussian.Walk(plan, Goldens.Start, () => 1.2 * Math.Sin((1.7 * fresh++) + 0.3));

        Assert.Equal(golden.Visited.Count, visited.Count);
        Assert.All(
            golden.Visited.Append(golden.Image).Zip(visited.Append(image)), pair => Assert.Equal(pair.First, pair.Second, 1e-10));
    }

    private sealed record Reference(
        double Mean, double Deviation, double Start, IReadOnlyList<ScheduleGolden> Schedules,
        IReadOnlyList<Trajectory> Trajectories);

    private sealed record ScheduleGolden(ScheduleSpec Schedule, IReadOnlyList<double> Times, IReadOnlyList<double> SignalRates);

    private sealed record Trajectory(ScheduleSpec Schedule, SamplerSpec Settings, IReadOnlyList<double> Visited, double Image);
}
