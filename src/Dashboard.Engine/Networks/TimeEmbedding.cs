using Dashboard.Diffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Networks;

/// <summary>
/// Tells the attention U-Net which of 1,000 steps its input is from: sines and cosines of the step's number at frequencies spread
/// evenly in log from 1 down to 1 / the spec's highest (Vaswani et al. 2017, section 3.5). In fp32 throughout.
/// </summary>
internal sealed class TimeEmbedding : IDisposable
{
    /// <summary>Step n of the discrete schedules lies at diffusion time (n + 1) / 1000.</summary>
    private const int Steps = 1000;

    private readonly Tensor frequencies;

    public TimeEmbedding(NetworkSpec spec, torch.Device device)
    {
        var count = spec.EmbeddingDims / 2;
        var last = Math.Max(count - 1, 1);
        var values = Enumerable.Range(0, count)
            .Select(i => (float)Math.Exp(-Math.Log(spec.EmbeddingMaxFrequency) * i / last))
            .ToArray();
        frequencies = tensor(values, device: device).view(1, count, 1, 1).DetachFromDisposeScope();
    }

    /// <param name="times">Diffusion times t in [0, 1]: N×1×1×1, or 1×1×1×1 where all images are as noisy.</param>
    /// <returns>N×dims×1×1, or 1×dims×1×1: sines, then cosines.</returns>
    public Tensor Of(Tensor times)
    {
        using var scope = NewDisposeScope();
        var angles = ((times.to(ScalarType.Float32) * Steps) - 1) * frequencies;
        return cat([angles.sin(), angles.cos()], 1).MoveToOuterDisposeScope();
    }

    public void Dispose() => frequencies.Dispose();
}
