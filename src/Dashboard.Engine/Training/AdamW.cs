using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Networks;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>
/// Adam (Kingma &amp; Ba 2015, in the form before section 2.1, whose ε is not bias-corrected, as in Keras) with decoupled weight decay
/// (Loshchilov &amp; Hutter 2019) over all parameters, biases too. A handful of operations over the flat vectors, none of which waits
/// for the device.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly OptimizerSpec spec;
    private readonly FlatState state;

    public AdamW(OptimizerSpec spec, FlatState state)
    {
        (this.spec, this.state) = (spec, state);
        FirstMoment = zeros_like(state.Parameters).DetachFromDisposeScope();
        SecondMoment = zeros_like(state.Parameters).DetachFromDisposeScope();
    }

    /// <summary>Running mean of the gradient, in the order of <see cref="FlatState.Parameters"/>.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Running mean of the gradient's square.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Updates the parameters from their gradients and leaves the gradients at zero.</summary>
    /// <param name="step">1 for the first.</param>
    public void Step(long step)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var gradient = state.Gradients!;
        var rate = spec.LearningRate * Math.Sqrt(1 - Math.Pow(spec.Beta2, step)) / (1 - Math.Pow(spec.Beta1, step));
        var decay = spec.DecayRule switch
        {
            DecayRule.Independent => spec.WeightDecay,
            DecayRule.TimesLearningRate => spec.WeightDecay * spec.LearningRate,
            _ => throw new InvalidOperationException($"unknown decay rule {spec.DecayRule}"),
        };

        FirstMoment.mul_(spec.Beta1).add_(gradient, alpha: 1 - spec.Beta1);
        SecondMoment.mul_(spec.Beta2).addcmul_(gradient, gradient, 1 - spec.Beta2);
        state.Parameters.mul_(1 - decay).addcdiv_(FirstMoment, SecondMoment.sqrt().add_(spec.Epsilon), -rate);
        gradient.zero_();
    }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
