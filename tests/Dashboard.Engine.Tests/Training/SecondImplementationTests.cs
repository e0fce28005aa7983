using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Networks;
using Dashboard.Engine.Tests.Networks;
using Dashboard.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Training;

/// <summary>Against tests/reference/regenerate.py.</summary>
public sealed class SecondImplementationTests
{
    [Theory]
    [InlineData(DecayRule.Independent, "independent")]
    [InlineData(DecayRule.TimesLearningRate, "times-learning-rate")]
    public void AdamW_takes_the_steps_of_a_second_implementation(DecayRule rule, string name)
    {
        var spec = new OptimizerSpec
        {
            Kind = OptimizerKind.Adamw,
            LearningRate = 1e-2,
            WeightDecay = 5e-2,
            DecayRule = rule,
            Beta1 = 0.9,
            Beta2 = 0.999,
            Epsilon = 1e-7,
        };
        using var scope = NewDisposeScope();
        using var file = Goldens.Open();
        using var random = new Generator(1);
        using var network = new MixedConvolution(5, 4, kernel: 1, random, hasBias: false);
        using var state = new FlatState(network, withGradients: true);
        using var optimizer = new AdamW(spec, state);
        using var gradientsOff = no_grad();
        state.Parameters.copy_(Goldens.Wave([20], 0.37, 1) * 0.5);

        for (var step = 1; step <= 3; step++)
        {
            state.Gradients!.copy_(Goldens.Wave([20], 0.9, step) * Math.Pow(10, -step));
            optimizer.Step(step, spec.LearningRate);
            Goldens.AssertClose(file.Tensors[$"adamw/{name}/{step}"], state.Parameters, 1e-6, $"step {step}");
        }
    }

    [Theory]
    [InlineData(false, "constant")]
    [InlineData(true, "warmup")]
    public void Moving_average_of_weights_and_statistics_is_that_of_a_second_implementation(bool warmup, string name)
    {
        using var scope = NewDisposeScope();
        using var file = Goldens.Open();
        using var random = new Generator(1);
        using var block = new ResidualBlock(4, 6, random);
        using var state = new FlatState(block, withGradients: false);
        Goldens.Fill(block);
        block.train();
        using var gradientsOff = no_grad();
        var average = state.Values.detach().clone();
        var follower = new MovingAverage(new EmaSpec { Decay = 0.9, Warmup = warmup }, average, imagesPerStep: 1);
        for (var step = 1; step <= 3; step++)
        {
            block.forward(TensorLayout.ChannelsLast((Goldens.Wave([2, 4, 8, 8], 0.731, step).to(ScalarType.Float32) * step) + 1));
            state.Parameters.mul_(0.5);
            follower.Follow(state.Values, step);
        }

        foreach (var slot in state.ParameterSlots.Concat(state.StatisticSlots))
        {
            Goldens.AssertClose(file.Tensors[$"ema/{name}/{slot.Name}"], FlatState.View(average, slot), 1e-5, slot.Name);
        }
    }
}
