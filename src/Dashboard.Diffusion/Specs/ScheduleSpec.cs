namespace Dashboard.Diffusion.Specs;

/// <summary>The schedule and the numbers of its kind; those of other kinds do not count.</summary>
public sealed record ScheduleSpec
{
    public required ScheduleKind Kind { get; init; }

    /// <summary>cosine-signal-rates: signal rate at t = 1, where sampling starts.</summary>
    public double MinSignalRate { get; init; } = 0.02;

    /// <summary>cosine-signal-rates: signal rate at t = 0.</summary>
    public double MaxSignalRate { get; init; } = 0.95;

    /// <summary>linear-beta: β of the first step.</summary>
    public double BetaStart { get; init; } = 1e-4;

    /// <summary>linear-beta: β of the last step.</summary>
    public double BetaEnd { get; init; } = 0.02;

    /// <summary>Discrete steps that training draws its times from; 0 for continuous time. linear-beta needs them.</summary>
    public int Steps { get; init; }

    /// <summary>log-snr-linear: ln(signal² / noise²) at t = 1.</summary>
    public double MinLogSnr { get; init; } = -10;

    /// <summary>log-snr-linear: ln(signal² / noise²) at t = 0.</summary>
    public double MaxLogSnr { get; init; } = 10;

    /// <summary>sigmoid: where on the sigmoid t = 0 lies.</summary>
    public double SigmoidStart { get; init; } = -3;

    /// <summary>sigmoid: where on the sigmoid t = 1 lies.</summary>
    public double SigmoidEnd { get; init; } = 3;

    /// <summary>karras: σ at t = 0.</summary>
    public double MinSigma { get; init; } = 0.002;

    /// <summary>karras: σ at t = 1.</summary>
    public double MaxSigma { get; init; } = 80;

    /// <summary>karras: ρ.</summary>
    public double Rho { get; init; } = 7;

    /// <summary>Shifts and scales the signal rates so that the one at t = 1 is 0 (Lin et al. 2024). Not for predicted noise.</summary>
    public bool ZeroTerminalSnr { get; init; }
}

public enum ScheduleKind
{
    /// <summary>Angle linear in t between the two signal rates (continuous cosine schedule of Keras' DDIM example).</summary>
    CosineSignalRates,

    /// <summary>β rises evenly over the discrete steps (Ho et al. 2020).</summary>
    LinearBeta,

    /// <summary>ᾱ = cos²((t + s) / (1 + s) · π/2) over its value at 0, with s = 0.008 (Nichol &amp; Dhariwal 2021).</summary>
    Cosine,

    /// <summary>ᾱ falls as a sigmoid (Jabri et al. 2022).</summary>
    Sigmoid,

    /// <summary>log-SNR linear in t.</summary>
    LogSnrLinear,

    /// <summary>σ^(1/ρ) linear in t, σ = noise rate / signal rate (EDM, Karras et al. 2022).</summary>
    Karras,
}
