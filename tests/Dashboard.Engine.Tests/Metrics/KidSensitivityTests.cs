using System.Globalization;
using Dashboard.Engine.Metrics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Tests.Metrics;

/// <summary>
/// A KID is worth watching only if it rises with what makes pictures worse. Real photographs are compared with others that are
/// spoiled more and more; the values stand in docs/metrics.md.
/// </summary>
public sealed class KidSensitivityTests(ITestOutputHelper output) : IDisposable
{
    private const int Count = 256;
    private const int BatchSize = 32;

    private readonly EmbeddedFeatures extractor = EmbeddedFeatures.Load(CPU);

    [Theory]
    [InlineData("flowers5.zip", "dandelion", "sunflower", 64)]
    [InlineData("cifar10.zip", "test/horse", "test/truck", 32)]
    public void Rises_step_by_step_with_each_kind_of_damage(string zip, string folder, string otherFolder, int size)
    {
        Assert.SkipUnless(File.Exists(RealImages.PathOf(zip)), RealImages.SkipReason(zip));
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var all = RealImages.Read(zip, folder, Count * 2, size);
        var others = RealImages.Read(zip, otherFolder, Count, size);

        // Every second picture is what is real; the rest plays what was generated.
        var real = all[TensorIndex.Slice(0, null, 2)];
        var rest = all[TensorIndex.Slice(1, null, 2)];
        var (features, clean, other) = (Features(real), Features(rest), Features(others));

        Rises("noise, standard deviation", [0, 0.06, 0.12, 0.25, 0.5], amount => amount == 0
            ? clean
            : Features((rest + (empty_like(rest).normal_(generator: random) * amount)).clamp(0, 1)));
        Rises("blur, pixels of the box", [1, 3, 5, 9], width => width == 1
            ? clean
            : Features(functional.avg_pool2d(rest, (long)width, stride: 1, padding: (long)width / 2, count_include_pad: false)));

        // Spread evenly, so that every batch has its share.
        Rises("share of another class", [0, 0.25, 0.5, 0.75, 1], share => stack(
            [.. Enumerable.Range(0, Count).Select(
                i => Math.Floor((i + 1) * share) > Math.Floor(i * share) ? other[i] : clean[i])]));
        Rises("mode collapse, 1 / distinct pictures in a batch", [1.0 / BatchSize, 1.0 / 16, 1.0 / 8, 1.0 / 4, 1], collapse =>
        {
            var distinct = (int)Math.Round(1 / collapse);
            return clean[tensor(
                [.. Enumerable.Range(0, Count).Select(i => (long)(i - (i % BatchSize) + (i % BatchSize % distinct)))])];
        });

        void Rises(string damage, double[] amounts, Func<double, Tensor> spoiledFeatures)
        {
            var kids = amounts.Select(amount => Kid.OfBatches(features, spoiledFeatures(amount), BatchSize)).ToArray();
            output.WriteLine(
                $"{zip} {size}×{size}, {damage}: " + string.Join(" | ", amounts.Zip(kids).Select(pair => string.Create(
                CultureInfo.InvariantCulture, $"{pair.First:G3}: {pair.Second.Value:F5} ± {pair.Second.StandardError:F5}"))));
            Assert.All(kids.Zip(kids.Skip(1)), pair => Assert.True(pair.First.Value < pair.Second.Value, damage));
        }
    }

    public void Dispose() => extractor.Dispose();

    private Tensor Features(Tensor images) => cat([.. images.chunk(4).Select(extractor.Extract)]);
}
