namespace Dashboard.Diffusion.Specs;

/// <summary>The schedule and the numbers of its kind; those of other kinds do not count.</summary>
public sealed record ScheduleSpec
{
    [Field("Schedule", "How the noise grows with t.")]
    public required ScheduleKind Kind { get; init; }

    /// <summary>cosine-signal-rates: signal rate at t = 1, where sampling starts.</summary>
    [Field("Signal rate at t = 1", "Share of image at the noisy end. Just above 0.")]
    [Within(1e-4, 0.5)]
    [ShownWhen(nameof(Kind), ScheduleKind.CosineSignalRates)]
    public double MinSignalRate { get; init; } = 0.02;

    /// <summary>cosine-signal-rates: signal rate at t = 0.</summary>
    [Field("Signal rate at t = 0", "Share of image at the clean end. Just below 1.")]
    [Within(0.5, 0.9999)]
    [ShownWhen(nameof(Kind), ScheduleKind.CosineSignalRates)]
    public double MaxSignalRate { get; init; } = 0.95;

    /// <summary>linear-beta: β of the first step.</summary>
    [Field("First β", "Noise that the first step adds.")]
    [Within(1e-8, 0.5)]
    [ShownWhen(nameof(Kind), ScheduleKind.LinearBeta)]
    public double BetaStart { get; init; } = 1e-4;

    /// <summary>linear-beta: β of the last step.</summary>
    [Field("Last β", "Noise that the last step adds.")]
    [Within(1e-8, 0.999)]
    [ShownWhen(nameof(Kind), ScheduleKind.LinearBeta)]
    public double BetaEnd { get; init; } = 0.02;

    /// <summary>Discrete steps that training draws its times from; 0 for continuous time. linear-beta needs them.</summary>
    [Field(
        "Discrete steps",
        "Training draws its times from this many; 0 for continuous time. Linear β needs them, usually 1000.",
        Advanced = true, Nothing = "continuous")]
    [Within(0, 100_000)]
    [DefaultWhen(nameof(Kind), ScheduleKind.LinearBeta, 1000)]
    public int Steps { get; init; }

    /// <summary>log-snr-linear: ln(signal² / noise²) at t = 1.</summary>
    [Field("Log-SNR at t = 1", "Logarithm of signal over noise at the noisy end.")]
    [Within(-20.0, 20.0)]
    [ShownWhen(nameof(Kind), ScheduleKind.LogSnrLinear)]
    public double MinLogSnr { get; init; } = -10;

    /// <summary>log-snr-linear: ln(signal² / noise²) at t = 0.</summary>
    [Field("Log-SNR at t = 0", "Logarithm of signal over noise at the clean end.")]
    [Within(-20.0, 20.0)]
    [ShownWhen(nameof(Kind), ScheduleKind.LogSnrLinear)]
    public double MaxLogSnr { get; init; } = 10;

    /// <summary>sigmoid: where on the sigmoid t = 0 lies.</summary>
    [Field("Sigmoid start", "Argument of the sigmoid at t = 0.")]
    [Within(-20.0, 20.0)]
    [ShownWhen(nameof(Kind), ScheduleKind.Sigmoid)]
    public double SigmoidStart { get; init; } = -3;

    /// <summary>sigmoid: where on the sigmoid t = 1 lies.</summary>
    [Field("Sigmoid end", "Argument of the sigmoid at t = 1.")]
    [Within(-20.0, 20.0)]
    [ShownWhen(nameof(Kind), ScheduleKind.Sigmoid)]
    public double SigmoidEnd { get; init; } = 3;

    /// <summary>karras: σ at t = 0.</summary>
    [Field("σ at t = 0", "Noise over signal at the clean end.")]
    [Within(1e-4, 1e4)]
    [ShownWhen(nameof(Kind), ScheduleKind.Karras)]
    public double MinSigma { get; init; } = 0.002;

    /// <summary>karras: σ at t = 1.</summary>
    [Field("σ at t = 1", "Noise over signal at the noisy end.")]
    [Within(1e-4, 1e4)]
    [ShownWhen(nameof(Kind), ScheduleKind.Karras)]
    public double MaxSigma { get; init; } = 80;

    /// <summary>karras: ρ.</summary>
    [Field("ρ", "How strongly times crowd at the clean end. 7 is usual.")]
    [Within(1.0, 100.0)]
    [ShownWhen(nameof(Kind), ScheduleKind.Karras)]
    public double Rho { get; init; } = 7;

    /// <summary>
    /// Shifts and scales the signal rates so that the one at t = 1 is 0 (Lin et al. 2024). Not for predicted noise.
    /// </summary>
    [Field(
        "Zero terminal SNR",
        "Rescales the schedule so that nothing of the image is left at t = 1. Not for networks that predict "
            + "noise.",
        Advanced = true)]
    public bool ZeroTerminalSnr { get; init; }
}

public enum ScheduleKind
{
    /// <summary>Angle linear in t between the two signal rates (continuous cosine schedule of Keras' DDIM example).</summary>
    [Word("Cosine between two signal rates")]
    CosineSignalRates,

    /// <summary>β rises evenly over the discrete steps (Ho et al. 2020).</summary>
    [Word("Linear β (DDPM)")]
    LinearBeta,

    /// <summary>ᾱ = cos²((t + s) / (1 + s) · π/2) over its value at 0, with s = 0.008 (Nichol &amp; Dhariwal 2021).</summary>
    [Word("Cosine (improved DDPM)")]
    Cosine,

    /// <summary>ᾱ falls as a sigmoid (Jabri et al. 2022).</summary>
    [Word("Sigmoid")]
    Sigmoid,

    /// <summary>log-SNR linear in t.</summary>
    [Word("Linear log-SNR")]
    LogSnrLinear,

    /// <summary>σ^(1/ρ) linear in t, σ = noise rate / signal rate (EDM, Karras et al. 2022).</summary>
    [Word("Karras (EDM)")]
    Karras,
}
