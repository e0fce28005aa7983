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

    /// <summary>Further changes of the training images that the network is told of, so that samples do not show them.</summary>
    public AugmentationSpec Augmentation { get; init; } = new();

    public Normalization Normalization { get; init; } = Normalization.Learned;

    /// <summary>Whether the network learns what each label looks like.</summary>
    public LabelsSpec Labels { get; init; } = new();

    /// <summary>Starts from the averaged weights of this checkpoint instead of random ones; an id. The optimizer starts anew.</summary>
    public long? ContinueFrom { get; init; }

    public required Device Device { get; init; }

    public required Precision Precision { get; init; }

    public required NetworkSpec Network { get; init; }

    public required ScheduleSpec Schedule { get; init; }

    public required Parameterization Parameterization { get; init; }

    public required Loss Loss { get; init; }

    /// <summary>What the loss compares: the network's output, or what follows from it.</summary>
    public Parameterization LossTarget { get; init; } = Parameterization.Noise;

    /// <summary>Where Huber's loss turns from squared to absolute error, in standard deviations of the images.</summary>
    public double HuberDelta { get; init; } = 1;

    public WeightingSpec Weighting { get; init; } = new();

    /// <summary>Which noise levels training shows how often.</summary>
    public TimesSpec Times { get; init; } = new();

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

    /// <summary>fp32 with products in 19 bits, on NVIDIA GPUs since Ampere; fp32 elsewhere.</summary>
    Tf32,
    Bf16,
}

/// <summary>How pixel values become what the network sees.</summary>
public enum Normalization
{
    /// <summary>Zero mean and unit variance for each channel, learned from the training split (Keras' DDIM example).</summary>
    Learned,

    /// <summary>From −1 to 1 (Keras' DDPM example).</summary>
    Symmetric,
}

public sealed record AugmentationSpec
{
    /// <summary>Chance of each change of geometry (EDM's non-leaky augmentation, Karras et al. 2022, appendix F.2); 0 for none, 0.12 is usual.</summary>
    public double Probability { get; init; }
}

public sealed record LabelsSpec
{
    /// <summary>Tells the network each image's label.</summary>
    public bool Enabled { get; init; }

    /// <summary>Share of images whose label is hidden, so that guidance can compare with and without (Ho &amp; Salimans 2022).</summary>
    public double DropProbability { get; init; } = 0.1;
}

public sealed record CheckpointSpec
{
    /// <summary>Longest time that a killed run has to do again, seconds.</summary>
    public required int EverySeconds { get; init; }
}
