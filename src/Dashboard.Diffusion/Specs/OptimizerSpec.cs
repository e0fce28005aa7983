namespace Dashboard.Diffusion.Specs;

public sealed record OptimizerSpec
{
    public required OptimizerKind Kind { get; init; }

    public required double LearningRate { get; init; }

    public required double WeightDecay { get; init; }

    public required DecayRule DecayRule { get; init; }

    public required double Beta1 { get; init; }

    public required double Beta2 { get; init; }

    /// <summary>
    /// Added to the root of the second moment of the gradient of the mean loss. Keras takes the gradient of the loss
    /// summed over batch, height and width, so its 1e-7 is 1e-7 / (32·64·64) ≈ 7.6e-13 here.
    /// </summary>
    public required double Epsilon { get; init; }

    public LearningRateSchedule LearningRateSchedule { get; init; } = LearningRateSchedule.Constant;

    /// <summary>Steps over which the learning rate rises evenly from 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Longest gradient, as the norm over all parameters; longer ones are shortened to it. 0 for no limit.</summary>
    public double MaxGradientNorm { get; init; }

    /// <summary>Batches whose gradients are averaged for one step.</summary>
    public int AccumulatedBatches { get; init; } = 1;
}

public enum OptimizerKind
{
    Adamw,

    /// <summary>Without weight decay.</summary>
    Adam,
}

/// <summary>How weight decay shrinks a weight each step.</summary>
public enum DecayRule
{
    /// <summary>w ← w − decay·w, whatever the learning rate (TensorFlow Addons' AdamW, which the seed uses).</summary>
    Independent,

    /// <summary>w ← w − learning rate·decay·w (PyTorch and Keras since 2.10).</summary>
    TimesLearningRate,
}

/// <summary>How the learning rate goes on after its warm-up.</summary>
public enum LearningRateSchedule
{
    Constant,

    /// <summary>Half a cosine down to 0 at the run's end.</summary>
    Cosine,
}
