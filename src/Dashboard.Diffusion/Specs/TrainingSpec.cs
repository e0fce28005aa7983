using System.Text.Json.Serialization;

namespace Dashboard.Diffusion.Specs;

/// <summary>Everything that decides a training run. A <see cref="Preset"/> fills what a person leaves out.</summary>
public sealed record TrainingSpec
{
    /// <summary>The preset that filled what was left out, see <see cref="Presets"/>.</summary>
    [Field("Preset", "Fills in every field that is left out.")]
    public required string Preset { get; init; }

    /// <summary>Id or name of the data set.</summary>
    [JsonConverter(typeof(IdOrNameConverter))]
    [Field("Data set", "The images to train on, by id or name.")]
    public required string Dataset { get; init; }

    /// <summary>Side of the square images, pixels.</summary>
    [Field("Image size", "Images are cropped to a square and resized to this side. Cost grows with its square.", Unit = "px")]
    [Within(8, TrainingRules.MaxImageSize)]
    public required int ImageSize { get; init; }

    /// <summary>Passes over the training split.</summary>
    [Field("Epochs", "Passes over the training split. After each one the run is validated.")]
    [Within(1, 100_000)]
    public required int Epochs { get; init; }

    /// <summary>How often an epoch shows each training image (the Keras page shows it 5 times, the seed once).</summary>
    [Field("Repetitions", "How often one epoch shows each training image.", Advanced = true)]
    [Within(1, 1000)]
    public required int Repetitions { get; init; }

    [Field("Batch size", "Images per forward and backward pass. Larger is steadier but takes more memory.", Unit = "images")]
    [Within(2, 4096)]
    public required int BatchSize { get; init; }

    /// <summary>Decides initial weights, order, noise and times of the whole run.</summary>
    [Field("Seed", "Decides initial weights, data order and noise. The same seed gives the same run.", Advanced = true)]
    public required long Seed { get; init; }

    [Field("Random horizontal flip", "Mirrors half of the images. Good where left and right carry no meaning.")]
    public required bool HorizontalFlip { get; init; }

    /// <summary>Further changes of the training images that the network is told of, so that samples do not show them.</summary>
    public AugmentationSpec Augmentation { get; init; } = new();

    [Field("Normalization", "How pixel values are scaled before the network sees them.", Advanced = true)]
    public Normalization Normalization { get; init; } = Normalization.Learned;

    /// <summary>Whether the network learns what each label looks like.</summary>
    public LabelsSpec Labels { get; init; } = new();

    /// <summary>
    /// Starts from the averaged weights of this checkpoint instead of random ones; an id. The optimizer starts anew.
    /// </summary>
    [Field(
        "Initial weights",
        "An earlier checkpoint saves time where images and network are alike. The optimizer starts fresh.",
        Nothing = "random")]
    public long? ContinueFrom { get; init; }

    [Field("Device", "Where the run computes.", Advanced = true)]
    public required Device Device { get; init; }

    [Field("Precision", "Arithmetic of the convolutions. Weights and losses stay in fp32.", Advanced = true)]
    public required Precision Precision { get; init; }

    public required NetworkSpec Network { get; init; }

    public required ScheduleSpec Schedule { get; init; }

    [Field("Network predicts", "What the output of the network stands for.")]
    public required Parameterization Parameterization { get; init; }

    [Field("Loss", "Distance between target and prediction.")]
    public required Loss Loss { get; init; }

    /// <summary>What the loss compares: the network's output, or what follows from it.</summary>
    [Field(
        "Loss target",
        "Whatever the network predicts, the loss can compare the noise, image or velocity that follows from it.",
        Advanced = true)]
    public Parameterization LossTarget { get; init; } = Parameterization.Noise;

    /// <summary>Where Huber's loss turns from squared to absolute error, in standard deviations of the images.</summary>
    [Field("Huber δ", "Errors below it count squared, larger ones by their size.")]
    [Within(1e-4, 100.0)]
    [ShownWhen(nameof(Loss), Loss.Huber)]
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
    [Word("GPU, else CPU")]
    Auto,

    [Word("CPU")]
    Cpu,

    [Word("GPU (CUDA)")]
    Cuda,
}

/// <summary>The arithmetic of the convolutions; weights, norms, loss and metrics are always fp32.</summary>
public enum Precision
{
    /// <summary>bf16 where the processor or GPU computes in it, fp32 otherwise.</summary>
    [Word("bf16 where it is fast")]
    Auto,

    [Word("fp32")]
    Fp32,

    /// <summary>fp32 with products in 19 bits, on NVIDIA GPUs since Ampere; fp32 elsewhere.</summary>
    [Word("tf32 (NVIDIA GPUs)")]
    Tf32,

    [Word("bf16")]
    Bf16,
}

/// <summary>How pixel values become what the network sees.</summary>
public enum Normalization
{
    /// <summary>Zero mean and unit variance for each channel, learned from the training split (Keras' DDIM example).</summary>
    [Word("Zero mean, unit variance per channel")]
    Learned,

    /// <summary>From −1 to 1 (Keras' DDPM example).</summary>
    [Word("From −1 to 1")]
    Symmetric,
}

public sealed record AugmentationSpec
{
    /// <summary>
    /// Chance of each change of geometry (EDM's non-leaky augmentation, Karras et al. 2022, appendix F.2); 0 for none, 0.12 is
    /// usual.
    /// </summary>
    [Field(
        "Augmentation",
        "Chance of each rotation, scaling or shift of a training image. The network is conditioned on them, so "
            + "samples do not show them. Helps small data sets; 0.12 is usual.",
        Advanced = true, Nothing = "none")]
    [Within(0, 1)]
    public double Probability { get; init; }
}

public sealed record LabelsSpec
{
    /// <summary>Tells the network each image's label.</summary>
    [Field(
        "Class-conditional",
        "Conditions the network on the label of each image. The data set needs at least two labels: its "
            + "sub-folders.")]
    public bool Enabled { get; init; }

    /// <summary>
    /// Share of images whose label is hidden, so that guidance can compare with and without (Ho &amp; Salimans 2022).
    /// </summary>
    [Field("Label dropout", "Share of images whose label is hidden, which classifier-free guidance needs. 0.1 is usual.")]
    [Within(0, 1)]
    [ShownWhen(nameof(Enabled), true)]
    public double DropProbability { get; init; } = 0.1;
}

public sealed record CheckpointSpec
{
    /// <summary>Longest time that a killed run has to do again, seconds.</summary>
    [Field("Checkpoint interval", "The most work that is lost if the worker is killed.", Unit = "s")]
    [Within(5, 86_400)]
    public required int EverySeconds { get; init; }
}
