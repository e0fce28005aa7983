using System.Text.Json.Serialization;

namespace Dashboard.Diffusion.Specs;

/// <summary>Everything that decides a training run. A <see cref="Preset"/> fills what a person leaves out.</summary>
public sealed record TrainingSpec
{
    /// <summary>The preset that filled what was left out, see <see cref="Presets"/>.</summary>
    public required string Preset { get; init; }

    /// <summary>Id or name of the data set.</summary>
    [JsonConverter(typeof(IdOrNameConverter))]
    public required string Dataset { get; init; }

    /// <summary>Side of the square images, pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Passes over the training split.</summary>
    public required int Epochs { get; init; }

    /// <summary>How often an epoch shows each training image (the Keras page shows it 5 times, the seed once).</summary>
    public required int Repetitions { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Decides initial weights, order, noise and times of the whole run.</summary>
    public required long Seed { get; init; }

    public required bool HorizontalFlip { get; init; }

    public required Device Device { get; init; }

    public required Precision Precision { get; init; }

    public required NetworkSpec Network { get; init; }

    public required ScheduleSpec Schedule { get; init; }

    public required Parameterization Parameterization { get; init; }

    public required Loss Loss { get; init; }

    public required OptimizerSpec Optimizer { get; init; }

    public required EmaSpec Ema { get; init; }

    public required EvaluationSpec Evaluation { get; init; }

    public required SamplesSpec Samples { get; init; }

    public required CheckpointSpec Checkpoint { get; init; }
}

/// <summary>Where a run computes.</summary>
public enum Device
{
    /// <summary>CUDA where there is a GPU, the processor otherwise.</summary>
    Auto,
    Cpu,
    Cuda,
}

/// <summary>The arithmetic of the convolutions; weights, norms, loss and metrics are always fp32.</summary>
public enum Precision
{
    /// <summary>bf16 where the processor or GPU computes in it, fp32 otherwise.</summary>
    Auto,
    Fp32,
    Bf16,
}

/// <summary>What the network predicts.</summary>
public enum Parameterization
{
    /// <summary>ε, the noise.</summary>
    Noise,
}

public enum Loss
{
    /// <summary>Mean absolute error.</summary>
    Mae,

    /// <summary>Mean squared error.</summary>
    Mse,
}

public enum NetworkKind
{
    /// <summary>The residual U-Net of Keras' DDIM example.</summary>
    ResidualUnet,
}

public sealed record NetworkSpec
{
    public required NetworkKind Kind { get; init; }

    /// <summary>Channels per resolution, from the image's own downwards; each further entry halves the resolution.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Residual blocks per resolution.</summary>
    public required int BlockDepth { get; init; }

    /// <summary>Channels of the sinusoidal embedding of the noise variance; even.</summary>
    public required int EmbeddingDims { get; init; }

    /// <summary>Highest frequency of the embedding; the lowest is 1.</summary>
    public required double EmbeddingMaxFrequency { get; init; }
}

public enum ScheduleKind
{
    /// <summary>Angle linear in t between the two signal rates (continuous cosine schedule of Keras' DDIM example).</summary>
    CosineSignalRates,
}

public sealed record ScheduleSpec
{
    public required ScheduleKind Kind { get; init; }

    /// <summary>Signal rate at t = 1, where sampling starts.</summary>
    public required double MinSignalRate { get; init; }

    /// <summary>Signal rate at t = 0.</summary>
    public required double MaxSignalRate { get; init; }
}

public enum OptimizerKind
{
    Adamw,
}

/// <summary>How weight decay shrinks a weight each step.</summary>
public enum DecayRule
{
    /// <summary>w ← w − decay·w, whatever the learning rate (TensorFlow Addons' AdamW, which the seed uses).</summary>
    Independent,

    /// <summary>w ← w − learning rate·decay·w (PyTorch and Keras since 2.10).</summary>
    TimesLearningRate,
}

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
}

public sealed record EmaSpec
{
    /// <summary>Share of the old average kept each step, over weights and BatchNorm statistics.</summary>
    public required double Decay { get; init; }

    /// <summary>Starts with a lower decay, min(decay, (1 + step) / (10 + step)), so that early epochs are not the first weights.</summary>
    public required bool Warmup { get; init; }
}

public sealed record EvaluationSpec
{
    public required KidSpec Kid { get; init; }
}

/// <summary>KID on the validation split at each epoch's end, from the EMA network.</summary>
public sealed record KidSpec
{
    /// <summary>Network evaluations for each generated image.</summary>
    public required int Evaluations { get; init; }

    public required FeatureExtractor Extractor { get; init; }

    /// <summary>Most validation images to compare with; 0 for all of them.</summary>
    public required int Images { get; init; }
}

public enum FeatureExtractor
{
    /// <summary>The small residual network trained on CIFAR-10 that ships with the program.</summary>
    Embedded,
}

/// <summary>The grid that each epoch draws at the same seeds, so that epochs compare.</summary>
public sealed record SamplesSpec
{
    public required int Count { get; init; }

    public required long FirstSeed { get; init; }

    public required int Evaluations { get; init; }

    /// <summary>How many of the samples keep their intermediate frames.</summary>
    public required int Framed { get; init; }

    /// <summary>Intermediate frames of each of those, evenly spread over the evaluations.</summary>
    public required int Frames { get; init; }

    public required int EveryEpochs { get; init; }
}

public sealed record CheckpointSpec
{
    /// <summary>Longest time that a killed run has to do again, seconds.</summary>
    public required int EverySeconds { get; init; }
}
