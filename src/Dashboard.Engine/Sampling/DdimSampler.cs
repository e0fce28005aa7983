using Dashboard.Diffusion.Sampling;
using Dashboard.Engine.Networks;
using static TorchSharp.torch;

namespace Dashboard.Engine.Sampling;

/// <summary>Called after each evaluation, with tensors that live only until it returns.</summary>
/// <param name="noisy">x_t, what the network saw; normalised.</param>
/// <param name="predicted">The x₀ that follows from its answer.</param>
internal delegate void OnEvaluation(int index, DdimStep step, Tensor noisy, Tensor predicted);

/// <summary>Deterministic and stochastic DDIM (Song et al. 2021), walking a <see cref="DdimPlan"/>.</summary>
internal static class DdimSampler
{
    /// <param name="network">In evaluation mode.</param>
    /// <param name="initialNoise">N×3×S×S, channels-last; unchanged.</param>
    /// <param name="freshNoise">Standard normal noise of the same shape, asked for once per remix with a sigma above 0.</param>
    /// <returns>The predicted x₀ of the last evaluation, normalised.</returns>
    public static Tensor Draw(
        ResidualUnet network,
        IReadOnlyList<DdimStep> plan,
        Tensor initialNoise,
        Func<Tensor> freshNoise,
        OnEvaluation? onEvaluation,
        CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var noisy = initialNoise.alias();
        for (var i = 0; i < plan.Count - 1; i++)
        {
            using var stepScope = NewDisposeScope();
            var (noise, image) = Evaluate(i);
            var next = (image * plan[i].NextSignalRate).add_(noise, alpha: plan[i].Direction);
            if (plan[i].Sigma > 0)
            {
                next.add_(freshNoise(), alpha: plan[i].Sigma);
            }

            noisy.Dispose();
            noisy = next.MoveToOuterDisposeScope();
        }

        return Evaluate(plan.Count - 1).Image.MoveToOuterDisposeScope();

        (Tensor Noise, Tensor Image) Evaluate(int index)
        {
            stop.ThrowIfCancellationRequested();
            var step = plan[index];
            var variance = full([1, 1, 1, 1], step.NoiseRate * step.NoiseRate, device: noisy.device);
            var noise = network.forward(noisy, variance.to(ScalarType.Float32));
            var image = (noisy - (noise * step.NoiseRate)).div_(step.SignalRate);
            onEvaluation?.Invoke(index, step, noisy, image);
            return (noise, image);
        }
    }
}
