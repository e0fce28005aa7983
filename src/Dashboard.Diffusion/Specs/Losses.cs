namespace Dashboard.Diffusion.Specs;

/// <summary>What the network predicts, and what a loss compares.</summary>
public enum Parameterization
{
    /// <summary>ε, the noise.</summary>
    Noise,

    /// <summary>x₀, the image.</summary>
    Image,

    /// <summary>v = signal·ε − noise·x₀ (Salimans &amp; Ho 2022).</summary>
    Velocity,
}

public enum Loss
{
    /// <summary>Mean absolute error.</summary>
    Mae,

    /// <summary>Mean squared error.</summary>
    Mse,

    /// <summary>Squared below <see cref="TrainingSpec.HuberDelta"/>, absolute above.</summary>
    Huber,
}

/// <summary>How much each noise level counts, stated for the squared error of x₀ and converted to the loss' target.</summary>
public sealed record WeightingSpec
{
    public WeightingKind Kind { get; init; } = WeightingKind.Uniform;

    /// <summary>γ of min-SNR.</summary>
    public double Gamma { get; init; } = 5;
}

public enum WeightingKind
{
    /// <summary>Every noise level counts alike in the loss as it stands.</summary>
    Uniform,

    /// <summary>The squared error of x₀ counts SNR times, which is the squared error of ε.</summary>
    Snr,

    /// <summary>… min(SNR, γ) times (Hang et al. 2023).</summary>
    MinSnr,

    /// <summary>… 1 + SNR times, which is the squared error of v, and EDM's λ(σ) for images of unit variance (Karras et al. 2022).</summary>
    Edm,
}

public sealed record TimesSpec
{
    public TimesKind Kind { get; init; } = TimesKind.Uniform;

    /// <summary>Mean of ln σ.</summary>
    public double Mean { get; init; } = -1.2;

    /// <summary>Standard deviation of ln σ.</summary>
    public double Deviation { get; init; } = 1.2;
}

public enum TimesKind
{
    /// <summary>Every t of the schedule alike.</summary>
    Uniform,

    /// <summary>Uniform, but one draw from each of batch-size equal parts: less variance between batches.</summary>
    Stratified,

    /// <summary>ln σ normally distributed, σ = noise rate / signal rate (Karras et al. 2022).</summary>
    LogNormal,
}
