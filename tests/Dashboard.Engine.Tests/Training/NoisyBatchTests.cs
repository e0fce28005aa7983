using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Engine.Networks;
using Dashboard.Engine.Randomness;
using Dashboard.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Training;

public sealed class NoisyBatchTests
{
    private const ulong NoiseSeed = 9;
    private static readonly double[] Times = [0.1, 0.4, 0.6, 0.95];
    private static readonly NoiseSchedule Schedule = NoiseSchedule.From(SmallRun.Spec.Schedule);

    public static TheoryData<Parameterization, Parameterization, Loss> Combinations =>
        new MatrixTheoryData<Parameterization, Parameterization, Loss>(
            Enum.GetValues<Parameterization>(), Enum.GetValues<Parameterization>(), Enum.GetValues<Loss>());

    [Theory]
    [MemberData(nameof(Combinations))]
    public void A_network_that_knows_the_answer_has_no_loss(Parameterization parameterization, Parameterization target, Loss loss)
    {
        using var scope = NewDisposeScope();
        var spec = SmallRun.Spec with { Parameterization = parameterization, LossTarget = target, Loss = loss };
        using var network = new Oracle(Images(), parameterization, error: 0);

        var losses = Batch(spec).Losses(network);

        Assert.Equal(0, losses.Objective.item<float>(), 1e-4);
        Assert.Equal(0, losses.Noise.item<float>(), 1e-4);
        Assert.Equal(0, losses.Image.item<float>(), 1e-3);
    }

    /// <summary>An answer that is off by a constant has a loss that can be computed by hand, in every language.</summary>
    [Theory]
    [MemberData(nameof(Combinations))]
    public void The_objective_is_the_weighted_distance_on_its_target(
        Parameterization parameterization, Parameterization target, Loss loss)
    {
        const double error = 0.03;
        using var scope = NewDisposeScope();
        foreach (var weighting in Enum.GetValues<WeightingKind>())
        {
            var spec = SmallRun.Spec with
            {
                Parameterization = parameterization, LossTarget = target, Loss = loss, HuberDelta = 0.05,
                Weighting = new WeightingSpec { Kind = weighting },
            };
            using var network = new Oracle(Images(), parameterization, error);

            var losses = Batch(spec).Losses(network);

            var expected = Times.Average(t =>
            {
                var (signal, noise) = (Schedule.SignalRate(t), Schedule.NoiseRate(t));

                // Off by e in x₀, ε is off by −e·signal/noise and v by −e/noise.
                var image = parameterization switch
                {
                    Parameterization.Image => error, Parameterization.Noise => error * noise / signal, _ => error * noise,
                };
                var distance = target switch
                {
                    Parameterization.Image => image, Parameterization.Noise => image * signal / noise, _ => image / noise,
                };
                var value = loss switch
                {
                    Loss.Mae => distance,
                    Loss.Mse => distance * distance,
                    _ => distance < 0.05 ? distance * distance / 2 : 0.05 * (distance - 0.025),
                };
                return value * LossWeights.Of(spec.Weighting, target, loss, signal, noise);
            });
            Assert.Equal(1, losses.Objective.item<float>() / expected, 2e-3);
        }
    }

    [Fact]
    public void Losses_are_sorted_by_noise_level()
    {
        using var scope = NewDisposeScope();
        using var network = new Oracle(Images(), Parameterization.Noise, error: 0.5);
        using var sums = new LossSums(CPU);

        sums.Add(Batch(SmallRun.Spec).Losses(network));

        // Times 0.1 | 0.4 | 0.6 | 0.95, each off by 0.5 in the noise.
        var totals = sums.Read();
        Assert.Equal([1L, 1, 1, 1], totals.QuartileImages);
        Assert.All(totals.Quartiles, quartile => Assert.Equal(0.5, quartile, 1e-3));
        Assert.Equal(0.5, totals.Noise, 1e-3);
    }

    private static Tensor Images()
    {
        using var random = new Generator(3);
        return TensorLayout.ChannelsLast(randn([Times.Length, 3, 8, 8], generator: random));
    }

    private static NoisyBatch Batch(TrainingSpec spec) => new(spec, Schedule, Images(), Times, NoiseSeed);

    /// <summary>Answers with the truth plus an error.</summary>
    private sealed class Oracle(Tensor images, Parameterization parameterization, double error) : DiffusionNetwork(nameof(Oracle))
    {
        public override Tensor Predict(Tensor noisyImages, Conditions conditions)
        {
            var noise = SeededRandom.Noise(NoiseSeed, images.shape[0], (int)images.shape[2], CPU);
            var noiseRates = conditions.NoiseVariances.sqrt();
            var signalRates = (1 - conditions.NoiseVariances).sqrt();
            return error + (parameterization switch
            {
                Parameterization.Image => images,
                Parameterization.Noise => noise,
                _ => (signalRates * noise) - (noiseRates * images),
            });
        }
    }
}
