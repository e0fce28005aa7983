using Dashboard.Diffusion.Runs;
using static TorchSharp.torch;

namespace Dashboard.Engine.Metrics;

/// <summary>How far one set of images is from another.</summary>
/// <param name="Fid">Null where it is not wanted.</param>
/// <param name="PrecisionRecall">Null where it is not wanted.</param>
public sealed record QualityResult(KidResult Kid, double? Fid, PrecisionRecallResult? PrecisionRecall)
{
    /// <summary>What was measured.</summary>
    public IEnumerable<(RunMetric Metric, double Value)> Values
    {
        get
        {
            yield return (RunMetrics.Kid, Kid.Value);
            if (Kid.StandardError is { } error)
            {
                yield return (RunMetrics.KidError, error);
            }

            if (Fid is { } fid)
            {
                yield return (RunMetrics.Fid, fid);
            }

            if (PrecisionRecall is { } manifold)
            {
                yield return (RunMetrics.Precision, manifold.Precision);
                yield return (RunMetrics.Recall, manifold.Recall);
            }
        }
    }
}

/// <summary>
/// What is computed from features, the same throughout a run: values of different protocols must not be compared.
/// </summary>
/// <param name="Images">Of each side.</param>
/// <param name="BatchSize">Of the KID per batch; with subsets, how many images one of them has.</param>
/// <param name="Subsets">How many random subsets the KID takes; 0 takes consecutive batches, as the Keras example does.</param>
internal sealed record QualityProtocol(int Images, int BatchSize, int Subsets, bool WantsFid, bool WantsPrecisionRecall)
{
    private const int SubsetCount = 100;
    private const int LargestSubset = 1000;

    /// <summary>As torch-fidelity's default: which images a subset has must not depend on the run.</summary>
    private const int SubsetSeed = 2020;

    /// <summary>A KID takes at least two images of each side.</summary>
    public bool CanMeasure => BatchSize >= 2;

    /// <summary>For the protocol's sentence.</summary>
    public string Words => Subsets > 0
        ? $"mean ± standard error over {Subsets} seeded random subsets of {BatchSize}"
        : Batches == 1 ? $"over one batch of {BatchSize}, so without a standard error"
        : $"mean ± standard error over {Batches} batches of {BatchSize}";

    private int Batches => CanMeasure ? Images / BatchSize : 0;

    /// <param name="available">Images of each side that there are.</param>
    public static QualityProtocol PerBatch(int available, int batchSize, bool fid, bool precisionRecall)
    {
        // The reference measures each validation batch and drops the last, partial one.
        var each = Math.Min(batchSize, available);
        return new QualityProtocol(each < 2 ? 0 : available / each * each, each, Subsets: 0, fid, precisionRecall);
    }

    /// <summary>Subsets of at most half the images: of all of them, every subset would be the same and its error 0.</summary>
    /// <param name="available">Images of each side that there are.</param>
    public static QualityProtocol OverSubsets(int available, bool fid, bool precisionRecall)
    {
        var each = Math.Min(LargestSubset, available / 2);
        return new QualityProtocol(each < 2 ? 0 : available, each, SubsetCount, fid, precisionRecall);
    }

    /// <param name="real">N×d.</param>
    /// <param name="generated">N×d.</param>
    public QualityResult Compare(Tensor real, Tensor generated) => new(
        Subsets > 0 ? Kid.OfSubsets(real, generated, Subsets, BatchSize, SubsetSeed) : Kid.OfBatches(real, generated, BatchSize),
        WantsFid ? Fid.Of(real, generated) : null,
        WantsPrecisionRecall && Images > Metrics.PrecisionRecall.Neighbours ? Metrics.PrecisionRecall.Of(real, generated) : null);
}
