using Dashboard.Diffusion.Specs;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>
/// Exponential moving average of weights and BatchNorm statistics. It starts as a copy and warms up, where the reference starts
/// from a second random network, of which 60 % would be left after an epoch of 511 steps.
/// </summary>
/// <param name="average">Flat; holds a copy of the trained network's values at first.</param>
/// <param name="imagesPerStep">For averages whose memory is counted in images.</param>
internal sealed class MovingAverage(EmaSpec spec, Tensor average, int imagesPerStep)
{
    private readonly double decay = spec.HalfLifeImages > 0
        ? Math.Pow(0.5, (double)imagesPerStep / spec.HalfLifeImages)
        : spec.Decay;

    /// <param name="values">The trained network's flat vector, this step's update included.</param>
    /// <param name="step">1 for the first.</param>
    public void Follow(Tensor values, long step)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        average.lerp_(values, 1 - DecayAt(step));
    }

    /// <summary>Share of the old average that is kept.</summary>
    public double DecayAt(long step) => spec.Warmup ? Math.Min(decay, (1.0 + step) / (10.0 + step)) : decay;
}
