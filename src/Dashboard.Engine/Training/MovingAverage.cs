using Dashboard.Diffusion.Specs;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>
/// Exponential moving average of weights and BatchNorm statistics. It starts as a copy and warms up, where the reference starts
/// from a second random network, of which 60 % would be left after an epoch of 511 steps.
/// </summary>
internal sealed class MovingAverage(EmaSpec spec, Tensor average)
{
    /// <param name="values">The trained network's flat vector, this step's update included.</param>
    /// <param name="step">1 for the first.</param>
    public void Follow(Tensor values, long step)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var decay = DecayAt(step);
        average.mul_(decay).add_(values, alpha: 1 - decay);
    }

    /// <summary>Share of the old average that is kept.</summary>
    public double DecayAt(long step) => spec.Warmup ? Math.Min(spec.Decay, (1.0 + step) / (10.0 + step)) : spec.Decay;
}
