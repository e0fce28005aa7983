using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Networks;
using Dashboard.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Training;

public sealed class OptimizerTests
{
    private const int Steps = 7;

    [Theory]
    [InlineData(DecayRule.Independent, 1e-7)]
    [InlineData(DecayRule.TimesLearningRate, 1e-7)]
    [InlineData(DecayRule.Independent, 0.1)]
    public void AdamW_is_what_a_double_precision_computation_gives(DecayRule rule, double epsilon)
    {
        var spec = Spec(epsilon) with { WeightDecay = 0.05, DecayRule = rule };
        using var scope = NewDisposeScope();
        using var random = new Generator(4);
        using var network = new MixedConvolution(3, 5, kernel: 3, random);
        using var state = new FlatState(network, withGradients: true);
        using var optimizer = new AdamW(spec, state);

        var expected = state.Parameters.detach().clone().data<float>().Select(value => (double)value).ToArray();
        var (first, second) = (new double[expected.Length], new double[expected.Length]);
        for (var step = 1; step <= Steps; step++)
        {
            var gradient = randn([expected.Length], generator: random);
            state.Gradients!.copy_(gradient);
            var values = gradient.data<float>().ToArray();
            for (var i = 0; i < expected.Length; i++)
            {
                // Kingma & Ba 2015, algorithm 1 with the efficient step size below it; decay first, as in TensorFlow Addons.
                first[i] = (0.9 * first[i]) + (0.1 * values[i]);
                second[i] = (0.999 * second[i]) + (0.001 * values[i] * values[i]);
                var rate = 0.01 * Math.Sqrt(1 - Math.Pow(0.999, step)) / (1 - Math.Pow(0.9, step));
                expected[i] -= expected[i] * 0.05 * (rule == DecayRule.TimesLearningRate ? 0.01 : 1);
                expected[i] -= rate * first[i] / (Math.Sqrt(second[i]) + epsilon);
            }

            optimizer.Step(step, spec.LearningRate);
        }

        var actual = state.Parameters.detach().data<float>().ToArray();
        Assert.All(actual.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 2e-6));
        Assert.Equal(0, state.Gradients!.abs().max().item<float>());
    }

    [Fact]
    public void A_long_gradient_is_shortened_and_its_norm_kept()
    {
        var spec = Spec(epsilon: 1, maxGradientNorm: 2);
        using var scope = NewDisposeScope();
        using var random = new Generator(4);
        using var network = new MixedConvolution(1, 1, kernel: 1, random);
        using var state = new FlatState(network, withGradients: true);
        using var optimizer = new AdamW(spec, state);
        state.Gradients!.copy_(tensor([3f, 4f]));
        var before = state.Parameters.detach().clone().data<float>().ToArray();

        optimizer.MeasureGradient();
        optimizer.Step(step: 1, learningRate: 0.1);

        // (3, 4) has length 5 and becomes (1.2, 1.6); Adam's first step is 0.1·√(1 − 0.999)/(1 − 0.9) · 0.1·g / (√(0.001)·g + 1).
        Assert.Equal(5, optimizer.GradientNorm.item<float>(), 1e-5);
        var after = state.Parameters.detach().data<float>().ToArray();
        Assert.Equal(before[0] - Move(1.2), after[0], 1e-6);
        Assert.Equal(before[1] - Move(1.6), after[1], 1e-6);

        static double Move(double g) => 0.1 * Math.Sqrt(0.001) / 0.1 * 0.1 * g / ((Math.Sqrt(0.001) * g) + 1);
    }

    [Fact]
    public void A_half_life_counts_images_not_steps()
    {
        using var average = zeros(1);
        var spec = new EmaSpec { Decay = 0, Warmup = false, HalfLifeImages = 64 };

        // 64 images are two steps of 32, or sixteen of 4.
        Assert.Equal(0.5, Math.Pow(new MovingAverage(spec, average, imagesPerStep: 32).DecayAt(1), 2), 12);
        Assert.Equal(0.5, Math.Pow(new MovingAverage(spec, average, imagesPerStep: 4).DecayAt(1), 16), 12);
    }

    [Fact]
    public void Moving_average_warms_up_and_covers_batch_statistics()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(4);
        using var block = new ResidualBlock(4, 8, random);
        using var state = new FlatState(block, withGradients: false);
        using var average = state.Values.detach().clone();
        var follower = new MovingAverage(new EmaSpec { Decay = 0.999, Warmup = true }, average, imagesPerStep: 32);
        var before = average.clone().data<float>().ToArray();
        using (no_grad())
        {
            state.Values.add_(1);
        }

        follower.Follow(state.Values, step: 1);
        var after = average.data<float>().ToArray();

        // Decay (1 + 1) / (10 + 1) at the first step: 9/11 of the way, statistics too.
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First + (9.0 / 11), pair.Second, 1e-5));
        Assert.True(after.Length > state.Parameters.numel());
        Assert.Equal(0.999, follower.DecayAt(1_000_000));
        Assert.Equal(0.9, new MovingAverage(new EmaSpec { Decay = 0.9, Warmup = false }, average, imagesPerStep: 32).DecayAt(1));
    }

    private static OptimizerSpec Spec(double epsilon, double maxGradientNorm = 0) => new()
    {
        Kind = OptimizerKind.Adamw,
        LearningRate = 0.01,
        WeightDecay = 0,
        DecayRule = DecayRule.Independent,
        Beta1 = 0.9,
        Beta2 = 0.999,
        Epsilon = epsilon,
        MaxGradientNorm = maxGradientNorm,
    };
}
