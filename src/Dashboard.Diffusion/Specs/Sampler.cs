using System.Text.Json.Serialization;

namespace Dashboard.Diffusion.Specs;

public enum Sampler
{
    /// <summary>Song et al. 2021.</summary>
    [Word("DDIM")]
    Ddim,

    /// <summary>Ancestral sampling, Ho et al. 2020.</summary>
    [Word("DDPM (ancestral)")]
    Ddpm,

    /// <summary>DDIM with Adams and Bashforth's extrapolation (clear-diffusion, Liu et al. 2022).</summary>
    [Word("Adams–Bashforth")]
    AdamsBashforth,

    /// <summary>DPM-Solver++(2M), Lu et al. 2022.</summary>
    [JsonStringEnumMemberName("dpm-solver-2m")]
    [Word("DPM-Solver++ (2M)")]
    DpmSolver2M,

    /// <summary>The SDE form of DPM-Solver++(2M).</summary>
    [Word("DPM-Solver++ (2M) SDE")]
    DpmSolverSde,

    /// <summary>EDM's second-order sampler, Karras et al. 2022.</summary>
    [Word("Heun (EDM)")]
    Heun,

    /// <summary>Zhao et al. 2023.</summary>
    [Word("UniPC")]
    Unipc,
}

/// <summary>Variance of the noise that the ancestral sampler adds.</summary>
public enum AncestralVariance
{
    /// <summary>β̃, as if the image were known.</summary>
    [Word("Posterior (less noise)")]
    Posterior,

    /// <summary>β, as if nothing were known.</summary>
    [Word("Large (more noise)")]
    Large,
}

public enum TimeSpacing
{
    /// <summary>Uniform in t: 1, 1 − 1/N, …, 1/N.</summary>
    [Word("Uniform t")]
    Even,

    /// <summary>Uniform in log-SNR.</summary>
    [Word("Uniform log-SNR")]
    LogSnr,

    /// <summary>Uniform in σ^(1/7) (EDM).</summary>
    [Word("Karras (EDM)")]
    Karras,
}

/// <summary>What happens to predicted images that leave the range of pixel values.</summary>
public enum ImageClip
{
    [Word("None")]
    None,

    /// <summary>Values are clipped to the range.</summary>
    [Word("Clip to the range")]
    Range,

    /// <summary>
    /// An image with more than its share of values outside the range is scaled down to it (Saharia et al. 2022).
    /// </summary>
    [Word("Dynamic thresholding")]
    Dynamic,
}
