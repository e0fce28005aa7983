using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Networks;

/// <summary>What training takes, roughly: good for saying which batch would fit, not for planning to the last megabyte.</summary>
public static class MemoryEstimate
{
    /// <summary>
    /// Bytes for weights, gradients, two moments and each average in fp32, and for what a batch's backward pass needs.
    /// </summary>
    public static long TrainingBytes(TrainingSpec spec, int batchSize)
    {
        var cost = NetworkCost.Of(spec.Network, spec.ImageSize);
        return FixedBytes(spec, cost) + (batchSize * cost.ActivationBytes);
    }

    /// <summary>The largest batch that fits; 0 if none does.</summary>
    public static int LargestBatch(TrainingSpec spec, long availableBytes)
    {
        var cost = NetworkCost.Of(spec.Network, spec.ImageSize);
        return (int)Math.Clamp((availableBytes - FixedBytes(spec, cost)) / cost.ActivationBytes, 0, int.MaxValue);
    }

    private static long FixedBytes(TrainingSpec spec, NetworkCost cost) =>
        cost.Parameters * sizeof(float) * (5 + spec.Ema.Also.Count);
}
