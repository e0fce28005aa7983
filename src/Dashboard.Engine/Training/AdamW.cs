using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>
/// Adam (Kingma &amp; Ba 2015, in the form before section 2.1, whose ε is not bias-corrected, as in Keras) with decoupled weight
/// decay (Loshchilov &amp; Hutter 2019) over all parameters, biases too. A handful of operations over the flat vectors, none of
/// which waits for the device.
/// </summary>
internal sealed class AdamW : IDisposable
{
    /// <summary>
    /// Elements that go through all operations of a step before the next ones do, so that they stay in the processor's cache:
    /// twelve passes over a network of 63 million parameters would each fetch it from memory. 1 MiB for each of the five vectors.
    /// </summary>
    private const long ChunkLength = 1 << 18;

    private readonly OptimizerSpec spec;
    private readonly FlatState state;
    private readonly Tensor largestNorm;
    private readonly List<Chunk> chunks = [];

    public AdamW(OptimizerSpec spec, FlatState state)
    {
        (this.spec, this.state) = (spec, state);
        var device = state.Parameters.device;
        FirstMoment = zeros_like(state.Parameters).DetachFromDisposeScope();
        SecondMoment = zeros_like(state.Parameters).DetachFromDisposeScope();
        GradientNorm = zeros([], device: device).DetachFromDisposeScope();
        largestNorm = zeros([], device: device).DetachFromDisposeScope();

        // A GPU would rather start few large kernels.
        var count = state.Parameters.numel();
        var length = device.type == DeviceType.CUDA ? count : ChunkLength;
        for (long first = 0; first < count; first += length)
        {
            chunks.Add(
                Chunk.Of(first, Math.Min(length, count - first), state.Parameters, state.Gradients!, FirstMoment, SecondMoment));
        }
    }

    /// <summary>Running mean of the gradient, in the order of <see cref="FlatState.Parameters"/>.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Running mean of the gradient's square.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Norm of the newest gradient over all parameters, before it is clipped; on the device.</summary>
    public Tensor GradientNorm { get; }

    /// <summary>Takes the norm of the gradient, before <see cref="Step"/> uses it.</summary>
    public void MeasureGradient()
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        GradientNorm.copy_(state.Gradients!.norm());
        largestNorm.copy_(maximum(largestNorm, GradientNorm));
    }

    /// <summary>Reads the largest norm since the last time, or one that is not a number. Waits for the device.</summary>
    public double TakeLargestNorm()
    {
        using var scope = NewDisposeScope();
        var largest = largestNorm.item<float>();
        largestNorm.zero_();
        return largest;
    }

    /// <summary>Updates the parameters from their gradients, once these are measured, and leaves the gradients at zero.</summary>
    /// <param name="step">1 for the first.</param>
    /// <param name="learningRate">Of this step.</param>
    public void Step(long step, double learningRate)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var gradient = state.Gradients!;
        if (spec.MaxGradientNorm > 0)
        {
            gradient.mul_((spec.MaxGradientNorm / (GradientNorm + 1e-12)).clamp_(max: 1));
        }

        var rate = learningRate * Math.Sqrt(1 - Math.Pow(spec.Beta2, step)) / (1 - Math.Pow(spec.Beta1, step));
        var decay = spec.DecayRule switch
        {
            DecayRule.Independent => spec.WeightDecay,
            DecayRule.TimesLearningRate => spec.WeightDecay * learningRate,
            _ => throw new InvalidOperationException($"unknown decay rule {spec.DecayRule}"),
        };

        foreach (var chunk in chunks)
        {
            using var chunkScope = NewDisposeScope();
            chunk.FirstMoment.mul_(spec.Beta1).add_(chunk.Gradient, alpha: 1 - spec.Beta1);
            chunk.SecondMoment.mul_(spec.Beta2).addcmul_(chunk.Gradient, chunk.Gradient, 1 - spec.Beta2);
            chunk.Parameters.mul_(1 - decay).addcdiv_(chunk.FirstMoment, chunk.SecondMoment.sqrt().add_(spec.Epsilon), -rate);
            chunk.Gradient.zero_();
        }
    }

    public void Dispose()
    {
        chunks.ForEach(chunk => chunk.Dispose());
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        GradientNorm.Dispose();
        largestNorm.Dispose();
    }

    /// <summary>Views of the same part of each vector.</summary>
    private sealed record Chunk(Tensor Parameters, Tensor Gradient, Tensor FirstMoment, Tensor SecondMoment) : IDisposable
    {
        public static Chunk Of(
            long first, long length, Tensor parameters, Tensor gradients, Tensor firstMoment, Tensor secondMoment)
        {
            return new Chunk(Part(parameters), Part(gradients), Part(firstMoment), Part(secondMoment));

            Tensor Part(Tensor vector) => vector.narrow(0, first, length).DetachFromDisposeScope();
        }

        public void Dispose()
        {
            Parameters.Dispose();
            Gradient.Dispose();
            FirstMoment.Dispose();
            SecondMoment.Dispose();
        }
    }
}
