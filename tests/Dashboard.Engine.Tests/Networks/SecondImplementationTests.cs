using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Networks;

/// <summary>Against tests/reference/networks.py, written apart from the C# in plain PyTorch.</summary>
public sealed class SecondImplementationTests
{
    public static TheoryData<string> Names => [.. Goldens.Cases.Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_gradients_and_statistics_are_those_of_a_second_implementation(string name)
    {
        var golden = Goldens.Cases.Single(candidate => candidate.Name == name);
        using var scope = NewDisposeScope();
        using var file = Goldens.Open();
        using var random = new Generator(1);
        using var network = new NetworkShape(golden.Network, golden.ImageSize, golden.Labels, golden.Augmented)
            .Build(CPU, ScalarType.Float32, random);
        using var state = new FlatState(network, withGradients: true);
        Goldens.Fill(network);

        long[] shape = [golden.Batch, 3, golden.ImageSize, golden.ImageSize];
        var images = TensorLayout.ChannelsLast(Goldens.Wave(shape, 0.731, 0.5).to(ScalarType.Float32));
        var target = Goldens.Wave(shape, 0.217, 1).to(ScalarType.Float32);
        var conditions = ConditionsOf(golden);

        network.train();
        var output = network.Predict(images, conditions);
        (output - target).square().mean().backward();

        Goldens.AssertClose(file.Tensors[$"{name}/output"], output, 5e-5, "output");
        AssertGradients(name, file.Tensors, state);
        foreach (var slot in state.StatisticSlots)
        {
            Goldens.AssertClose(
                file.Tensors[$"{name}/statistics/{slot.Name}"], FlatState.View(state.Values, slot), 2e-5, slot.Name);
        }

        network.eval();
        using var gradientsOff = no_grad();
        Goldens.AssertClose(file.Tensors[$"{name}/evaluated"], network.Predict(images, conditions), 5e-5, "evaluated output");
    }

    private static Conditions ConditionsOf(Goldens.Case golden)
    {
        var n = golden.Batch;
        var times = tensor(Enumerable.Range(0, n).Select(j => (float)((j + 1) / (double)n * 0.9)).ToArray()).view(n, 1, 1, 1);
        var labels = tensor(Enumerable.Range(0, n).Select(j => (golden.Labels + (2L * j)) % (golden.Labels + 1)).ToArray());
        return new Conditions(
            times,
            times.square(),
            golden.Labels > 0 ? labels : null,
            golden.Augmented ? Goldens.Wave([n, NetworkShape.AugmentationLabels], 1.3, 0.2).to(ScalarType.Float32) : null);
    }

    /// <summary>
    /// The length of each parameter's gradient, and seven values spread over it; within 1.5e-4 and twice what PyTorch's fp32 is
    /// from its double.
    /// </summary>
    private static void AssertGradients(string name, IReadOnlyDictionary<string, Tensor> tensors, FlatState state)
    {
        var prefix = $"{name}/gradient/";
        Assert.Equal(
            tensors.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            state.ParameterSlots.Select(slot => prefix + slot.Name).Order(StringComparer.Ordinal));
        var rounding = tensors[$"{name}/rounding"].item<float>();
        foreach (var slot in state.ParameterSlots)
        {
            var gradient = FlatState.View(state.Gradients!, slot).reshape(-1);
            var last = slot.Length - 1;
            var excerpt = Enumerable.Range(0, 7).Select(i => gradient[last * i / 6].item<float>())
                .Prepend(gradient.norm().item<float>());
            var expected = tensors[prefix + slot.Name].data<float>().ToArray();

            // A key's bias shifts all scores of a pixel alike: its gradient is rounding and nothing else.
            var allowed = ((1.5e-4 + (2 * rounding)) * expected[0]) + 1e-8;
            Assert.All(expected.Zip(excerpt), pair => Assert.True(
                Math.Abs(pair.First - pair.Second) <= allowed,
                $"{slot.Name}: {pair.Second} instead of {pair.First}, ± {allowed}"));
        }
    }
}
