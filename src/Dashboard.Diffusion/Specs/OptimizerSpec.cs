namespace Dashboard.Diffusion.Specs;

public sealed record OptimizerSpec
{
    [Field("Optimizer", "How gradients become steps.", Advanced = true)]
    public required OptimizerKind Kind { get; init; }

    [Field("Learning rate", "Step size. Too large diverges, too small is slow.")]
    [Within(1e-8, 1.0)]
    public required double LearningRate { get; init; }

    [Field("Weight decay", "Pulls weights towards zero at each step.", Advanced = true, Nothing = "none")]
    [Within(0, 1)]
    [ShownWhen(nameof(Kind), OptimizerKind.Adamw)]
    public required double WeightDecay { get; init; }

    [Field("Decay rule", "Whether weight decay shrinks with the learning rate.", Advanced = true)]
    [ShownWhen(nameof(Kind), OptimizerKind.Adamw)]
    public required DecayRule DecayRule { get; init; }

    [Field("β₁", "Decay of the mean gradient.", Advanced = true)]
    [Within(0.0, 0.9999)]
    public required double Beta1 { get; init; }

    [Field("β₂", "Decay of the mean squared gradient.", Advanced = true)]
    [Within(0.0, 0.999999)]
    public required double Beta2 { get; init; }

    /// <summary>
    /// Added to the root of the second moment of the gradient of the mean loss. Keras takes the gradient of the loss
    /// summed over batch, height and width, so its 1e-7 is 1e-7 / (32·64·64) ≈ 7.6e-13 here.
    /// </summary>
    [Field("ε", "Keeps the division by tiny gradients finite.", Advanced = true)]
    [Within(1e-20, 1e-2)]
    public required double Epsilon { get; init; }

    [Field("Learning rate schedule", "How the learning rate changes after its warm-up.")]
    public LearningRateSchedule LearningRateSchedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Steps over which the learning rate rises evenly from 0.</summary>
    [Field(
        "Learning rate warm-up",
        "Steps over which the learning rate rises from 0. Steadies large networks.",
        Unit = "steps", Nothing = "none")]
    [Within(0, 10_000_000)]
    public int WarmupSteps { get; init; }

    /// <summary>Longest gradient, as the norm over all parameters; longer ones are shortened to it. 0 for no limit.</summary>
    [Field(
        "Gradient clipping (max norm)",
        "Larger gradients are clipped to this norm. 1 is usual.",
        Advanced = true, Nothing = "none")]
    [Within(0.0, 1e9)]
    public double MaxGradientNorm { get; init; }

    /// <summary>Batches whose gradients are averaged for one step.</summary>
    [Field(
        "Gradient accumulation",
        "Batches whose gradients are averaged for one step: the effect of a larger batch in less memory.",
        Unit = "batches", Advanced = true)]
    [Within(1, 1000)]
    public int AccumulatedBatches { get; init; } = 1;
}

public enum OptimizerKind
{
    [Word("AdamW")]
    Adamw,

    /// <summary>Without weight decay.</summary>
    [Word("Adam (no weight decay)")]
    Adam,
}

/// <summary>How weight decay shrinks a weight each step.</summary>
public enum DecayRule
{
    /// <summary>w ← w − decay·w, whatever the learning rate (TensorFlow Addons' AdamW, which the seed uses).</summary>
    [Word("Independent of the learning rate")]
    Independent,

    /// <summary>w ← w − learning rate·decay·w (PyTorch and Keras since 2.10).</summary>
    [Word("Times the learning rate")]
    TimesLearningRate,
}

/// <summary>How the learning rate goes on after its warm-up.</summary>
public enum LearningRateSchedule
{
    [Word("Constant")]
    Constant,

    /// <summary>Half a cosine down to 0 at the run's end.</summary>
    [Word("Cosine down to 0")]
    Cosine,
}
