namespace Dashboard.Diffusion.Specs;

/// <summary>The averaged network that is validated, measured and drawn from.</summary>
public sealed record EmaSpec
{
    /// <summary>
    /// Share of the old average kept each step, over weights and BatchNorm statistics. Not used with a half-life.
    /// </summary>
    [Field("EMA decay", "Share of the old average kept at each step.")]
    [Within(0.0, 0.999999)]
    [ShownWhen(nameof(HalfLifeImages), 0L)]
    public required double Decay { get; init; }

    /// <summary>
    /// Starts with a lower decay, min(decay, (1 + step) / (10 + step)), so that early epochs are not the first weights.
    /// </summary>
    [Field("EMA warm-up", "Starts with a lower decay, so that early epochs do not show the initial weights.")]
    public required bool Warmup { get; init; }

    /// <summary>
    /// Images after which half of the old average is left, whatever the batch size; 0 takes <see cref="Decay"/>.
    /// </summary>
    [Field(
        "EMA half-life",
        "Images after which half of the old average is left, whatever the batch size. 0 uses the decay.",
        Unit = "images", Advanced = true, Nothing = "uses the decay")]
    [Within(0, 1_000_000_000)]
    public long HalfLifeImages { get; init; }

    /// <summary>Decays of further averages that are kept beside it and can be sampled from.</summary>
    [Field(
        "More EMA decays",
        "Further averages to sample from later, such as 0.99, 0.9999. Each takes as much memory as the weights.",
        Advanced = true, Nothing = "none")]
    [Within(0.0, 0.999999)]
    [Entries(0, 4, Distinct = true)]
    public IReadOnlyList<double> Also { get; init; } = [];
}
