using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Networks;

public sealed class ResidualUnetTests
{
    private static readonly NetworkSpec Keras = Presets.Find("ddim-keras")!.Template.Network;
    private static readonly NetworkSpec Small = Keras with { Widths = [8, 12, 16], BlockDepth = 2 };

    [Fact]
    public void Has_the_parameters_of_the_seed_system()
    {
        using var network = Create(Keras);
        using var state = new FlatState(network, withGradients: false);

        Assert.Equal(1_950_627, state.ParameterSlots.Sum(slot => slot.Length));
        Assert.Equal(80, state.ParameterSlots.Count);
        Assert.Equal(2_880, state.StatisticSlots.Sum(slot => slot.Length));
    }

    [Fact]
    public void Starts_with_glorot_uniform_kernels_zero_biases_and_a_zero_head()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Keras);
        foreach (var (name, parameter) in network.named_parameters())
        {
            var largest = parameter.abs().max().item<float>();
            if (name.EndsWith("bias", StringComparison.Ordinal) || name.StartsWith("head", StringComparison.Ordinal))
            {
                Assert.Equal(0, largest);
                continue;
            }

            var shape = parameter.shape;
            var limit = Math.Sqrt(6.0 / ((shape[0] + shape[1]) * shape[2] * shape[3]));
            Assert.InRange(largest, limit * 0.9, limit);
            if (parameter.numel() > 5000)
            {
                // A uniform distribution's standard deviation is its limit / √3.
                Assert.Equal(limit / Math.Sqrt(3), parameter.std().item<float>(), limit * 0.03);
                Assert.Equal(0, parameter.mean().item<float>(), limit * 0.03);
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Keeps_shape_and_fp32_and_predicts_zero_at_first(ScalarType arithmetic)
    {
        using var scope = NewDisposeScope();
        using var network = Create(Small, arithmetic);
        var noise = network.Predict(TensorLayout.ChannelsLast(randn(2, 3, 16, 16)), At(full([2, 1, 1, 1], 0.5f)));

        Assert.Equal([2, 3, 16, 16], noise.shape);
        Assert.Equal(ScalarType.Float32, noise.dtype);
        Assert.Equal(0, noise.abs().max().item<float>());
    }

    [Fact]
    public void Bf16_convolutions_agree_with_fp32_ones()
    {
        using var scope = NewDisposeScope();
        using var exact = Create(Small);
        using var mixed = Create(Small, ScalarType.BFloat16);
        foreach (var network in new[] { exact, mixed })
        {
            using var gradientsOff = no_grad();
            network.named_parameters().Single(p => p.name == "head.weight").parameter.fill_(0.1f);
            network.eval();
        }

        var images = TensorLayout.ChannelsLast(randn(4, 3, 16, 16));
        var variances = rand(4, 1, 1, 1);
        var (a, b) = (exact.Predict(images, At(variances)), mixed.Predict(images, At(variances)));
        var error = ((a - b).abs().mean() / a.abs().mean()).item<float>();
        Assert.InRange(error, 1e-6, 0.03);
    }

    [Fact]
    public void Embeds_the_noise_variance_in_full_precision()
    {
        using var scope = NewDisposeScope();
        using var embedding = new NoiseEmbedding(Keras, CPU);
        const double Variance = 0.73;
        var spread = embedding.Spread(full([1, 1, 1, 1], (float)Variance), null, 1, 4, 4, ScalarType.Float32);

        Assert.Equal([1, 32, 4, 4], spread.shape);
        for (var i = 0; i < 16; i++)
        {
            var angle = (float)Variance * 2 * Math.PI * Math.Exp(Math.Log(1000) * i / 15);

            // At 2π·1000 one unit in fp32's last place is 5e-4 of a radian.
            Assert.Equal(Math.Sin(angle), spread[0, i, 3, 2].item<float>(), 1e-3);
            Assert.Equal(Math.Cos(angle), spread[0, 16 + i, 0, 1].item<float>(), 1e-3);
        }
    }

    [Fact]
    public void Keeps_batch_statistics_with_keras_momentum()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        using var block = new ResidualBlock(4, 4, random);
        using var state = new FlatState(block, withGradients: false);
        block.train();
        block.forward(TensorLayout.ChannelsLast(full([2, 4, 8, 8], 5f)));

        var means = FlatState.View(state.Values, state.StatisticSlots[0]);
        var variances = FlatState.View(state.Values, state.StatisticSlots[1]);
        Assert.Equal(0.05, means[0].item<float>(), 1e-6);
        Assert.Equal(0.99, variances[0].item<float>(), 1e-6);
    }

    [Fact]
    public void Flat_state_shares_memory_with_network_and_gradients()
    {
        using var scope = NewDisposeScope();
        using var network = Create(Small);
        using var state = new FlatState(network, withGradients: true);
        using (no_grad())
        {
            state.Values.fill_(0.01f);
        }

        Assert.All(network.parameters(), parameter => Assert.Equal(0.01f, parameter.max().item<float>()));
        network.Predict(TensorLayout.ChannelsLast(randn(2, 3, 16, 16)), At(rand(2, 1, 1, 1))).sum().backward();

        var total = network.parameters().Sum(parameter => parameter.grad!.abs().sum().item<float>());
        Assert.True(total > 0);
        Assert.Equal(total, state.Gradients!.abs().sum().item<float>(), total * 1e-4);
    }

    private static Conditions At(Tensor variances) => new(variances.sqrt(), variances);

    private static ResidualUnet Create(NetworkSpec spec, ScalarType arithmetic = ScalarType.Float32)
    {
        using var random = new Generator(1);
        return new ResidualUnet(new NetworkShape(spec, ImageSize: 16), CPU, arithmetic, random);
    }
}
