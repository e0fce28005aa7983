namespace Dashboard.Diffusion.Specs;

public sealed record TimesSpec
{
    [Field("Noise levels", "How training draws them.", Advanced = true)]
    public TimesKind Kind { get; init; } = TimesKind.Uniform;

    /// <summary>Mean of ln σ.</summary>
    [Field("Mean of ln σ", "The level around which they are drawn. −1.2 is usual.", Advanced = true)]
    [Within(-20.0, 20.0)]
    [ShownWhen(nameof(Kind), TimesKind.LogNormal)]
    public double Mean { get; init; } = -1.2;

    /// <summary>Standard deviation of ln σ.</summary>
    [Field("Standard deviation of ln σ", "How far they spread around the mean. 1.2 is usual.", Advanced = true)]
    [Within(0.01, 20.0)]
    [ShownWhen(nameof(Kind), TimesKind.LogNormal)]
    public double Deviation { get; init; } = 1.2;
}

public enum TimesKind
{
    /// <summary>Every t of the schedule alike.</summary>
    [Word("Uniform t")]
    Uniform,

    /// <summary>Uniform, but one draw from each of batch-size equal parts: less variance between batches.</summary>
    [Word("Uniform t, stratified in a batch")]
    Stratified,

    /// <summary>ln σ normally distributed, σ = noise rate / signal rate (Karras et al. 2022).</summary>
    [Word("Log-normal σ (EDM)")]
    LogNormal,
}
