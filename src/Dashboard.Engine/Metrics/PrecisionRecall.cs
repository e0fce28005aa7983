using static TorchSharp.torch;

namespace Dashboard.Engine.Metrics;

/// <param name="Precision">Share of generated images that lie among the real ones, 0 to 1: fidelity.</param>
/// <param name="Recall">Share of real images that lie among the generated ones, 0 to 1: variety.</param>
public sealed record PrecisionRecallResult(double Precision, double Recall);

/// <summary>
/// Improved precision and recall (Kynkäänniemi et al. 2019, eq. 1 and 2): a set's manifold is the union of balls around its
/// features, each as wide as the distance to the k-th nearest other feature of the set.
/// </summary>
public static class PrecisionRecall
{
    public const int Neighbours = 3;

    /// <summary>Rows of distances held at once.</summary>
    private const int ChunkSize = 1024;

    /// <param name="real">N×d, more than <see cref="Neighbours"/> rows.</param>
    /// <param name="generated">M×d, more than <see cref="Neighbours"/> rows.</param>
    public static PrecisionRecallResult Of(Tensor real, Tensor generated)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var (a, b) = (real.to(ScalarType.Float64), generated.to(ScalarType.Float64));
        return new PrecisionRecallResult(ShareWithin(b, a, Radii(a)), ShareWithin(a, b, Radii(b)));
    }

    /// <summary>Squared; the nearest of all is the feature itself.</summary>
    private static Tensor Radii(Tensor features) =>
        cat([.. Chunks(features).Select(
            chunk => SquaredDistances(chunk, features).topk(Neighbours + 1, largest: false).values.amax([1]))]);

    private static double ShareWithin(Tensor candidates, Tensor centres, Tensor radii) =>
        cat([.. Chunks(candidates).Select(chunk => SquaredDistances(chunk, centres).le(radii).any(1))])
            .to(ScalarType.Float64).mean().item<double>();

    private static Tensor[] Chunks(Tensor rows) => rows.split(ChunkSize);

    /// <summary>|a − b|² = |a|² + |b|² − 2 a·b, in double; rounding must not make it negative.</summary>
    private static Tensor SquaredDistances(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        var squares = a.square().sum(1, keepdim: true) + b.square().sum(1);
        return squares.sub_(mm(a, b.t()).mul_(2)).clamp_min_(0).MoveToOuterDisposeScope();
    }
}
