using Dashboard.Engine.Metrics;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Metrics;

/// <summary>Clusters on a line whose balls can be told by eye: points one apart, clusters a hundred apart.</summary>
public sealed class PrecisionRecallTests
{
    [Fact]
    public void Equal_sets_have_both() => Expect(1, 1, [.. Cluster(0), .. Cluster(100)], [.. Cluster(0), .. Cluster(100)]);

    [Fact]
    public void A_lost_mode_costs_recall_only() =>
        Expect(1, 0.5, [.. Cluster(0), .. Cluster(100)], [.. Cluster(0), .. Cluster(0.25f)]);

    [Fact]
    public void Pictures_of_something_else_cost_precision_only() =>
        Expect(0.5, 1, [.. Cluster(0), .. Cluster(0.25f)], [.. Cluster(0), .. Cluster(300)]);

    [Fact]
    public void Balls_reach_to_the_third_neighbour()
    {
        // The point at 0 has its third neighbour at 3, that at 9 at 6: 11.9 is within 3 of 9, −3.1 is not within 3 of 0.
        Expect(0.75, 1, Cluster(0), [0.5f, 11.9f, -3.1f, 5]);
    }

    private static float[] Cluster(float start) => [.. Enumerable.Range(0, 10).Select(i => start + i)];

    private static void Expect(double precision, double recall, float[] real, float[] generated)
    {
        using var scope = NewDisposeScope();
        var result = PrecisionRecall.Of(tensor(real, [real.Length, 1]), tensor(generated, [generated.Length, 1]));
        Assert.Equal((precision, recall), (result.Precision, result.Recall));
    }
}
