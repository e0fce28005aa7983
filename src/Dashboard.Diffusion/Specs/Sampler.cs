using System.Text.Json.Serialization;

namespace Dashboard.Diffusion.Specs;

public enum Sampler
{
    /// <summary>Song et al. 2021.</summary>
    Ddim,

    /// <summary>Ancestral sampling, Ho et al. 2020.</summary>
    Ddpm,

    /// <summary>DDIM with Adams and Bashforth's extrapolation (clear-diffusion, Liu et al. 2022).</summary>
    AdamsBashforth,

    /// <summary>DPM-Solver++(2M), Lu et al. 2022.</summary>
    [JsonStringEnumMemberName("dpm-solver-2m")]
    DpmSolver2M,

    /// <summary>The SDE form of DPM-Solver++(2M).</summary>
    DpmSolverSde,

    /// <summary>EDM's second-order sampler, Karras et al. 2022.</summary>
    Heun,

    /// <summary>Zhao et al. 2023.</summary>
    Unipc,
}

/// <summary>Variance of the ancestral sampler's fresh noise.</summary>
public enum AncestralVariance
{
    /// <summary>β̃, as if the image were known.</summary>
    Posterior,

    /// <summary>β, as if nothing were known.</summary>
    Large,
}

public enum TimeSpacing
{
    /// <summary>Even in t: 1, 1 − 1/N, …, 1/N.</summary>
    Even,

    /// <summary>Even in log-SNR.</summary>
    LogSnr,

    /// <summary>Even in σ^(1/7) (EDM).</summary>
    Karras,
}

/// <summary>What is done with predicted images that leave the range of pixels.</summary>
public enum ImageClip
{
    None,

    /// <summary>Values are cut to the range of pixels.</summary>
    Range,

    /// <summary>An image with more than its share of values outside the range is scaled down to it (Saharia et al. 2022).</summary>
    Dynamic,
}
