using Dashboard.Engine.Networks;
using Dashboard.Engine.Training;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Training;

public sealed class GeometricAugmentationTests
{
    [Fact]
    public void Without_a_chance_it_only_mirrors_and_says_so()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var images = TensorLayout.ChannelsLast(randn([32, 3, 8, 8], generator: random));

        var (changed, labels) = GeometricAugmentation.Apply(images, probability: 0, new Random(5));

        var mirrored = labels.select(1, 0).data<float>().ToArray();
        Assert.Contains(1f, mirrored);
        Assert.Contains(0f, mirrored);
        Assert.Equal(0, labels.narrow(1, 1, 8).abs().max().item<float>());
        foreach (var (i, flag) in mirrored.Index())
        {
            var expected = flag == 1 ? images[i].flip(2) : images[i];
            Assert.Equal(0, (changed[i] - expected).abs().max().item<float>(), 1e-4);
        }
    }

    /// <summary>A shift by a quarter of the width moves what lies left of the middle's quarter to the middle.</summary>
    [Fact]
    public void The_numbers_say_what_was_done()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var (map, labels) = GeometricAugmentation.Draw(probability: 1, new Random(seed));
            Assert.Equal(NetworkShape.AugmentationLabels, labels.Length);

            // Mirrors, scale and stretch decide the area: det = ±(2^(−0.2·scale))², for turning and stretching keep it.
            var determinant = (map[0] * map[4]) - (map[1] * map[3]);
            var sign = (labels[0] == 1 ? -1 : 1) * (labels[1] == 1 ? -1 : 1);
            Assert.Equal(sign * Math.Pow(2, -0.4 * labels[2]), determinant, 9);

            // A turn is told as the place on the unit circle.
            Assert.Equal(1, Math.Pow(labels[3] + 1, 2) + Math.Pow(labels[4], 2), 9);

            // The old image's middle is where the shift says.
            var (x, y) = (2 * 0.125 * labels[7], 2 * 0.125 * labels[8]);
            Assert.Equal(0, (map[0] * x) + (map[1] * y) + map[2], 9);
            Assert.Equal(0, (map[3] * x) + (map[4] * y) + map[5], 9);
        }
    }
}
