using Dashboard.Diffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Networks;

/// <summary>
/// Tells the network how noisy its input is: sines and cosines of the noise variance at frequencies spread evenly in log from 1
/// to the spec's highest. In fp32 throughout, for the arguments reach 2π·1000.
/// </summary>
internal sealed class NoiseEmbedding : IDisposable
{
    private readonly Tensor angularSpeeds;

    public NoiseEmbedding(NetworkSpec spec, torch.Device device)
    {
        var count = spec.EmbeddingDims / 2;
        var last = Math.Max(count - 1, 1);
        var speeds = Enumerable.Range(0, count)
            .Select(i => (float)(2 * Math.PI * Math.Exp(Math.Log(spec.EmbeddingMaxFrequency) * i / last)))
            .ToArray();
        angularSpeeds = tensor(speeds, device: device).view(1, 1, 1, count).DetachFromDisposeScope();
    }

    /// <param name="noiseVariances">N×1×1×1, or 1×1×1×1 where all images are as noisy.</param>
    /// <param name="condition">N×dims or 1×dims that is added to the sines and cosines; null for nothing.</param>
    /// <returns>N×dims×height×width in channels-last memory: the same vector at every pixel.</returns>
    public Tensor Spread(Tensor noiseVariances, Tensor? condition, long images, long height, long width, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var angles = noiseVariances * angularSpeeds;
        var vector = cat([angles.sin(), angles.cos()], 3);
        if (condition is not null)
        {
            vector = vector + condition.unsqueeze(1).unsqueeze(1);
        }

        // A row first: rows are copied faster than pixels.
        var row = vector.to(type).expand(-1, 1, width, -1).contiguous();
        return row.expand(images, height, -1, -1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    public void Dispose() => angularSpeeds.Dispose();
}
