using System.Runtime.InteropServices;
using Dashboard.Engine.Metrics;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Metrics;

/// <summary>
/// Against torchvision's model with the same weights and pools that leave padding out (tests/reference/inception.py).
/// </summary>
public sealed class InceptionTests
{
    private const int Features = 2048;

    [Fact]
    public void Gives_torchvisions_features_at_75_and_299_pixels()
    {
        using var scope = NewDisposeScope();
        using var network = new InceptionV3(FormulaTensors.InceptionWeight);
        var images = FormulaTensors.Of("images", [2, 3, 64, 64], 0.5, 0.5);
        var expected = tensor(
            MemoryMarshal.Cast<byte, float>(
                File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "inception-features.f32"))).ToArray(),
            [3, Features]);

        var before = images.clone();
        Equal(expected.narrow(0, 0, 2), InceptionFeatures.At75(network, "formula").Extract(images));
        Equal(expected.narrow(0, 2, 1), InceptionFeatures.At299(network, "formula").Extract(images.narrow(0, 0, 1)));
        Assert.True(images.equal(before).all().item<bool>());
    }

    [Fact]
    public void Has_the_published_number_of_weights()
    {
        var (weights, statistics) = (0L, 0L);
        using var network = new InceptionV3((name, shape) =>
        {
            var value = zeros(shape).DetachFromDisposeScope();
            _ = name.Contains("running", StringComparison.Ordinal) ? statistics += value.numel() : weights += value.numel();
            return value;
        });

        // Keras' model summary counts 21,802,784 with statistics and without the scales of BatchNorm, of which there are 17,216.
        Assert.Equal((21_802_784L - 34_432 + 17_216, 34_432L), (weights, statistics));
    }

    private static void Equal(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.shape, found.shape);
        var difference = (expected - found).abs().max().item<float>();
        Assert.True(difference < 1e-4, $"differs by {difference}");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"largest difference {difference:G3} of values up to {expected.max().item<float>():G3}");
    }
}
