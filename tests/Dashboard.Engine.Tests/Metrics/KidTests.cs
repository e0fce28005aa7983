using Dashboard.Engine.Metrics;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Metrics;

public sealed class KidTests
{
    [Fact]
    public void Is_what_a_double_precision_computation_gives()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(2);
        const int Count = 24;
        const int Dims = 224;
        var real = empty(Count, Dims).normal_(generator: random).abs();
        var generated = empty(Count, Dims).normal_(0.3, 1.2, random).abs();

        var expected = Direct(Rows(real), Rows(generated));
        Assert.Equal(1, Kid.OfBatch(real, generated) / expected, 1e-6);
    }

    [Fact]
    public void Averages_whole_batches_and_states_its_error()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(2);
        var real = empty(22, 8).normal_(generator: random);
        var generated = empty(22, 8).normal_(generator: random);
        var result = Kid.OfBatches(real, generated, batchSize: 5);

        var batches = Enumerable.Range(0, 4)
            .Select(i => Direct(Rows(real.narrow(0, i * 5, 5)), Rows(generated.narrow(0, i * 5, 5))))
            .ToArray();
        var mean = batches.Average();
        Assert.Equal(4, result.Batches);
        Assert.Equal(mean, result.Value, 1e-6);
        Assert.Equal(Math.Sqrt(batches.Sum(value => Math.Pow(value - mean, 2)) / 3 / 4), result.StandardError!.Value, 1e-6);
    }

    [Fact]
    public void A_single_batch_tells_nothing_of_its_error()
    {
        Assert.Null(KidResult.Of([0.3]).StandardError);
        Assert.Equal(0.1, KidResult.Of([0.2, 0.4]).StandardError!.Value, 1e-12);
        var result = new QualityResult(KidResult.Of([0.3]), null, null);
        Assert.Equal([Diffusion.Runs.RunMetrics.Kid], result.Values.Select(value => value.Metric));
    }

    private static double[][] Rows(Tensor features) =>
        [.. features.contiguous().data<float>().ToArray().Select(value => (double)value).Chunk((int)features.shape[1])];

    /// <summary>The estimator as it is written in the paper, sum by sum.</summary>
    private static double Direct(double[][] real, double[][] generated)
    {
        var count = real.Length;
        double within = 0, across = 0;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++)
            {
                within += i == j ? 0 : Kernel(real[i], real[j]) + Kernel(generated[i], generated[j]);
                across += Kernel(real[i], generated[j]);
            }
        }

        return (within / (count * (count - 1.0))) - (2 * across / (count * (double)count));
    }

    private static double Kernel(double[] a, double[] b) =>
        Math.Pow((a.Zip(b).Sum(pair => pair.First * pair.Second) / a.Length) + 1, 3);
}
