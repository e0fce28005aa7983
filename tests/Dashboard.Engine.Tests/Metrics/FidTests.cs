using Dashboard.Engine.Metrics;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Metrics;

/// <summary>
/// Values of numpy in double precision (tests/reference/inception.py); there the root's trace is a sum of singular values of
/// centred features, so that no matrix root is shared. Forty images of 96 features make covariances of low rank.
/// </summary>
public sealed class FidTests
{
    [Theory]
    [InlineData(200, 32, 1.6234481727999324, 0.034743829546401095)]
    [InlineData(40, 96, 29.310504614533446, 0.05039098209079107)]
    public void Fid_and_kid_are_what_numpy_gives(int rows, int dims, double fid, double kid)
    {
        using var scope = NewDisposeScope();
        var real = FormulaTensors.Of("real", [rows, dims]);
        var generated = FormulaTensors.Of("generated", [rows, dims], 0.8, 0.1);

        Assert.Equal(1, Fid.Of(real, generated) / fid, 1e-6);
        Assert.Equal(1, Kid.OfBatch(real, generated) / kid, 1e-6);
    }

    [Fact]
    public void Nothing_is_nearer_than_itself()
    {
        using var scope = NewDisposeScope();
        var features = FormulaTensors.Of("real", [40, 96]);

        Assert.Equal(0, Fid.Of(features, features), 1e-6);
        Assert.Equal(96 * 0.25, Fid.Of(features, features + 0.5), 1e-4);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(3e38f)]
    public void Features_that_are_not_finite_give_a_distance_that_is_none_and_no_error(float broken)
    {
        using var scope = NewDisposeScope();
        var features = FormulaTensors.Of("real", [40, 96]);
        var generated = features.clone();
        generated[3, 5] = broken;
        foreach (var (real, drawn) in new[] { (features, generated), (generated, features) })
        {
            Assert.False(Fid.Of(real, drawn) <= double.MaxValue / 2 && float.IsNaN(broken));
            _ = Kid.OfBatch(real, drawn);
            _ = PrecisionRecall.Of(real, drawn);
        }
    }

    [Fact]
    public void Kid_over_subsets_is_repeatable_and_near_that_of_all_images()
    {
        using var scope = NewDisposeScope();
        var real = FormulaTensors.Of("real", [200, 32]);
        var generated = FormulaTensors.Of("generated", [200, 32], 0.8, 0.1);

        var first = Kid.OfSubsets(real, generated, subsets: 100, size: 100, seed: 1);
        Assert.Equal(first, Kid.OfSubsets(real, generated, subsets: 100, size: 100, seed: 1));
        Assert.NotEqual(first, Kid.OfSubsets(real, generated, subsets: 100, size: 100, seed: 2));
        Assert.Equal(100, first.Batches);
        Assert.True(first.StandardError > 0);
        Assert.True(Math.Abs(first.Value - Kid.OfBatch(real, generated)) < 5 * first.StandardError);

        // A subset of all images is all images, in whatever order.
        Assert.Equal(Kid.OfBatch(real, generated), Kid.OfSubsets(real, generated, subsets: 3, size: 200, seed: 1).Value, 1e-12);
    }
}
