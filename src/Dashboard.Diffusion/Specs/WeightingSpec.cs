namespace Dashboard.Diffusion.Specs;

/// <summary>How much each noise level counts, stated for the squared error of x₀ and converted to the loss' target.</summary>
public sealed record WeightingSpec
{
    [Field("Weighting", "How much each noise level counts.", Advanced = true)]
    public WeightingKind Kind { get; init; } = WeightingKind.Uniform;

    /// <summary>γ of min-SNR.</summary>
    [Field("Min-SNR γ", "The SNR above which all levels count the same. 5 is usual.", Advanced = true)]
    [Within(0.01, 1e6)]
    [ShownWhen(nameof(Kind), WeightingKind.MinSnr)]
    public double Gamma { get; init; } = 5;
}

public enum WeightingKind
{
    /// <summary>Every noise level counts alike in the loss as it stands.</summary>
    [Word("Uniform")]
    Uniform,

    /// <summary>The squared error of x₀ counts SNR times, which is the squared error of ε.</summary>
    [Word("SNR")]
    Snr,

    /// <summary>… min(SNR, γ) times (Hang et al. 2023).</summary>
    [Word("Min-SNR")]
    MinSnr,

    /// <summary>
    /// … 1 + SNR times, which is the squared error of v, and EDM's λ(σ) for images of unit variance (Karras et al. 2022).
    /// </summary>
    [Word("1 + SNR (EDM)")]
    Edm,
}
