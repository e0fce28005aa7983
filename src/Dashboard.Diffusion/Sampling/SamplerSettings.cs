using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Sampling;

/// <summary>Everything that decides the way from noise to image, besides the network and the seed.</summary>
/// <param name="Evaluations">Of the network, for each image.</param>
public sealed record SamplerSettings(Sampler Sampler, int Evaluations)
{
    /// <summary>ddim: 0 deterministic, 1 the ancestral sampler's variance.</summary>
    public double Eta { get; init; }

    /// <summary>ddpm: how much fresh noise.</summary>
    public AncestralVariance Variance { get; init; } = AncestralVariance.Posterior;

    /// <summary>adams-bashforth 1…5, unipc 1…3: how many evaluations a step looks back on.</summary>
    public int Order { get; init; } = 2;

    /// <summary>heun: noise added on the way.</summary>
    public ChurnSpec Churn { get; init; } = new();

    public TimeSpacing Spacing { get; init; } = TimeSpacing.Even;

    public ImageClip Clip { get; init; } = ImageClip.None;

    /// <summary>Dynamic thresholding: share of an image's values that lie within its bound.</summary>
    public double Percentile { get; init; } = 0.995;
}
