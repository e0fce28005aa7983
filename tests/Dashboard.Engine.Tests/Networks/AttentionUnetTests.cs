using Dashboard.Diffusion.Networks;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Networks;

public sealed class AttentionUnetTests
{
    private static readonly NetworkSpec Residual = Presets.Find("ddim-keras")!.Template.Network;
    private static readonly NetworkSpec Keras = Presets.Find("ddpm-keras")!.Template.Network;
    private static readonly NetworkSpec Small = Keras with { Widths = [8, 16], EmbeddingDims = 32, AttentionResolutions = [8] };

    public static TheoryData<string, int, long> Specs => new()
    {
        { "ddpm-keras", 64, 63_200_387 },
        { "small", 16, 0 },
        { "small with attention everywhere", 16, 0 },
        { "residual", 64, 1_950_627 },
        { "residual with attention", 32, 0 },
    };

    [Theory]
    [MemberData(nameof(Specs))]
    public void Has_as_many_parameters_as_are_counted_without_building_it(string name, int side, long known)
    {
        var spec = name switch
        {
            "ddpm-keras" => Keras,
            "small" => Small,
            "small with attention everywhere" =>
                Small with { Widths = [8, 16, 24], BlockDepth = 1, AttentionResolutions = [16, 8, 4] },
            "residual" => Residual,
            _ => Residual with { AttentionResolutions = [16, 4] },
        };
        using var network = Create(new NetworkShape(spec, side));
        var count = network.parameters().Sum(parameter => parameter.numel());

        Assert.Equal(NetworkCost.Of(spec, side).Parameters, count);
        Assert.True(known == 0 || known == count, $"{count}");
    }

    [Fact]
    public void Starts_with_kernels_of_uniform_variance_and_almost_without_its_residuals()
    {
        using var scope = NewDisposeScope();
        using var network = Create(new NetworkShape(Small, 16));
        foreach (var (name, parameter) in network.named_parameters().Where(pair => pair.parameter.dim() == 4))
        {
            var shape = parameter.shape;
            var scale = name.EndsWith("second.weight", StringComparison.Ordinal)
                || name.EndsWith("proj.weight", StringComparison.Ordinal)
                || name.StartsWith("head", StringComparison.Ordinal) ? 1e-10 : 1;

            // Keras' VarianceScaling, fan_avg, uniform: √(3·scale / mean fan).
            var limit = Math.Sqrt(3 * scale / ((shape[0] + shape[1]) / 2.0 * shape[2] * shape[3]));
            Assert.InRange(parameter.abs().max().item<float>(), limit * 0.9, limit * 1.0001);
        }
    }

    [Fact]
    public void Counts_steps_of_its_time_from_zero_and_in_full_precision()
    {
        using var scope = NewDisposeScope();
        using var embedding = new TimeEmbedding(Keras, CPU);
        var first = embedding.Of(full([1, 1, 1, 1], 0.001f));
        var last = embedding.Of(full([1, 1, 1, 1], 1f));

        Assert.Equal([1, 256, 1, 1], last.shape);
        for (var i = 0; i < 128; i++)
        {
            var angle = 999 * Math.Exp(-Math.Log(10_000) / 127 * i);
            Assert.Equal(0, first[0, i, 0, 0].item<float>(), 1e-6);
            Assert.Equal(Math.Sin(angle), last[0, i, 0, 0].item<float>(), 1e-4);
            Assert.Equal(Math.Cos(angle), last[0, 128 + i, 0, 0].item<float>(), 1e-4);
        }
    }

    [Theory]
    [InlineData(NetworkKind.AttentionUnet)]
    [InlineData(NetworkKind.ResidualUnet)]
    public void Bf16_products_agree_with_fp32_ones(NetworkKind kind)
    {
        using var scope = NewDisposeScope();
        var shape = new NetworkShape(Small with { Kind = kind }, 16);
        using var exact = Create(shape);
        using var mixed = Create(shape, ScalarType.BFloat16);
        using var random = new Generator(3);
        var images = TensorLayout.ChannelsLast(empty(4, 3, 16, 16).normal_(generator: random));
        var conditions = new Conditions(full([4, 1, 1, 1], 0.3f), full([4, 1, 1, 1], 0.09f));
        var gradients = new List<Tensor>();
        foreach (var network in new[] { exact, mixed })
        {
            using var state = new FlatState(network, withGradients: true);
            Randomize(network);
            network.Predict(images, conditions).square().mean().backward();
            gradients.Add(state.Gradients!.clone());
        }

        using var gradientsOff = no_grad();
        var (a, b) = (exact.Predict(images, conditions), mixed.Predict(images, conditions));
        Assert.InRange(((a - b).norm() / a.norm()).item<float>(), 1e-6, 0.05);
        Assert.InRange(((gradients[0] - gradients[1]).norm() / gradients[0].norm()).item<float>(), 1e-6, 0.15);
    }

    [Theory]
    [InlineData(NetworkKind.AttentionUnet)]
    [InlineData(NetworkKind.ResidualUnet)]
    public void Missing_labels_mean_any_and_missing_augmentation_means_none(NetworkKind kind)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        using var network = Create(new NetworkShape(Small with { Kind = kind }, 16, Labels: 3, Augmented: true));
        Goldens.Fill(network);
        network.eval();
        var images = TensorLayout.ChannelsLast(Goldens.Wave([2, 3, 16, 16], 0.7, 0).to(ScalarType.Float32));
        var bare = new Conditions(full([1, 1, 1, 1], 0.3f), full([1, 1, 1, 1], 0.09f));
        Tensor Predict(long label, float change) => network.Predict(images, bare with
        {
            Labels = full([2], label, ScalarType.Int64),
            Augmentation = full([2, NetworkShape.AugmentationLabels], change),
        });

        var missing = network.Predict(images, bare);
        Assert.Equal(0, (missing - Predict(3, 0)).abs().max().item<float>(), 1e-4);
        Assert.True((missing - Predict(1, 0)).abs().max().item<float>() > 1e-3);
        Assert.True((missing - Predict(3, 1)).abs().max().item<float>() > 1e-3);
    }

    [Theory]
    [InlineData(NetworkKind.AttentionUnet)]
    [InlineData(NetworkKind.ResidualUnet)]
    public void Drops_activations_while_training_only_and_by_the_seed(NetworkKind kind)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        using var network = Create(new NetworkShape(Small with { Kind = kind, Dropout = 0.5 }, 16));
        Goldens.Fill(network);
        var images = TensorLayout.ChannelsLast(Goldens.Wave([2, 3, 16, 16], 0.7, 0).to(ScalarType.Float32));
        Tensor Predict(long seed)
        {
            manual_seed(seed);
            return network.Predict(images, new Conditions(full([1, 1, 1, 1], 0.3f), full([1, 1, 1, 1], 0.09f)));
        }

        network.train();
        var first = Predict(1);
        Assert.Equal(0, (first - Predict(1)).abs().max().item<float>());
        Assert.True((first - Predict(2)).abs().max().item<float>() > 1e-3);

        network.eval();
        Assert.Equal(0, (Predict(1) - Predict(2)).abs().max().item<float>());
    }

    /// <summary>Independent weights: the formula's sines cancel, which would magnify rounding.</summary>
    private static void Randomize(DiffusionNetwork network)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        using var random = new Generator(5);
        foreach (var (_, parameter) in Goldens.Ordered(network).Where(pair => pair.Parameter.dim() > 1))
        {
            parameter.normal_(0, Math.Sqrt(parameter.shape[0] / (double)parameter.numel()), random);
        }
    }

    private static DiffusionNetwork Create(NetworkShape shape, ScalarType arithmetic = ScalarType.Float32)
    {
        using var random = new Generator(1);
        return shape.Build(CPU, arithmetic, random);
    }
}
