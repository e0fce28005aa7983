using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Specs;
using static TorchSharp.torch;

namespace Dashboard.Engine.Sampling;

/// <summary>
/// RePaint (Lugmayr et al. 2022, algorithm 1): a box is drawn anew, the rest is the known picture at each step's noise level;
/// going back a step in noise and on again lets both come to fit.
/// </summary>
internal sealed class Inpainting : IDisposable
{
    private readonly Tensor picture, box;

    /// <param name="picture">1×3×S×S, normalised; not kept.</param>
    public Inpainting(InpaintSpec spec, Tensor picture)
    {
        using var scope = NewDisposeScope();
        Repeats = spec.Repeats;
        this.picture = picture.clone().DetachFromDisposeScope();
        var size = picture.shape[3];
        var (left, top) = (Place(spec.Left), Place(spec.Top));
        var (right, bottom) = (Place(spec.Left + spec.Width), Place(spec.Top + spec.Height));
        box = zeros([1, 1, size, size], device: picture.device).DetachFromDisposeScope();
        box.narrow(2, top, bottom - top).narrow(3, left, right - left).fill_(1);

        long Place(double share) => Math.Clamp((long)Math.Round(share * size), 0, size);
    }

    public int Repeats { get; }

    /// <summary>
    /// Inside the box <paramref name="x"/>, outside the picture as noisy as <paramref name="level"/>; null for no noise.
    /// </summary>
    public Tensor PutBack(Tensor x, SamplerStep? level, Func<Tensor> freshNoise)
    {
        var known = level is null ? picture : (picture * level.SignalRate) + (freshNoise() * level.NoiseRate);
        return known.lerp(x, box);
    }

    /// <summary>Adds the noise that lies between two levels.</summary>
    public static Tensor GoBack(Tensor x, SamplerStep from, SamplerStep to, Func<Tensor> freshNoise)
    {
        var kept = to.SignalRate / from.SignalRate;
        var added = Math.Sqrt(Math.Max((to.NoiseRate * to.NoiseRate) - (kept * kept * from.NoiseRate * from.NoiseRate), 0));
        return (x * kept).add_(freshNoise(), alpha: added);
    }

    public void Dispose()
    {
        picture.Dispose();
        box.Dispose();
    }
}
