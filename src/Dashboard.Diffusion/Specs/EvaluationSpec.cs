using System.Text.Json.Serialization;

namespace Dashboard.Diffusion.Specs;

public sealed record EvaluationSpec
{
    [Part("KID")]
    public required KidSpec Kid { get; init; }

    /// <summary>Also measures FID on the same features. Unreliable with few images.</summary>
    [Field("Also FID", "Measured on the same features. Unreliable with few images.", Advanced = true)]
    public bool Fid { get; init; }

    /// <summary>Also measures precision and recall (Kynkäänniemi et al. 2019) on the same features.</summary>
    [Field(
        "Also precision and recall",
        "How realistic the images are, and how much of the variety of the data set they cover.",
        Advanced = true)]
    public bool PrecisionRecall { get; init; }
}

/// <summary>KID on the validation split, from the EMA network.</summary>
public sealed record KidSpec : SamplerSpec
{
    [Field(
        "Features",
        "The network that compares the images. Values from different ones are not comparable. InceptionV3 needs "
            + "its weights file; the Workers page says how to add it.")]
    public required FeatureExtractor Extractor { get; init; }

    /// <summary>Most validation images to compare with; 0 for all of them.</summary>
    [Field("Validation images", "Images to compare with, at most.", Unit = "images", Advanced = true, Nothing = "all")]
    public required int Images { get; init; }

    /// <summary>Epochs between two measurements; the last epoch is always measured.</summary>
    [Field("Interval", "Epochs between two measurements. The last epoch is always measured.", Unit = "epochs")]
    [Within(1, 100_000)]
    public int EveryEpochs { get; init; } = 1;
}

/// <summary>Network and protocol. Values of different ones are not comparable.</summary>
public enum FeatureExtractor
{
    /// <summary>The small residual network trained on CIFAR-10 that ships with the program.</summary>
    [Word("Embedded (ships with the program)")]
    Embedded,

    /// <summary>InceptionV3 at 75×75, KID per batch as in the Keras example; needs its weights file.</summary>
    [JsonStringEnumMemberName("inception-75")]
    [Word("InceptionV3 at 75 px, as in the Keras example (needs its weights file)")]
    Inception75,

    /// <summary>InceptionV3 at 299×299, KID over random subsets; needs its weights file.</summary>
    [JsonStringEnumMemberName("inception-299")]
    [Word("InceptionV3 at 299 px, as in papers (needs its weights file)")]
    Inception299,
}

/// <summary>The grid that each epoch draws at the same seeds, so that epochs compare.</summary>
public sealed record SamplesSpec : SamplerSpec
{
    [Field("Samples", "Images drawn each time.", Unit = "images")]
    [Within(1, 256)]
    public required int Count { get; init; }

    [Field("First seed", "Each further sample takes the next seed.", Advanced = true)]
    [Within(0, long.MaxValue - 256)]
    public required long FirstSeed { get; init; }

    /// <summary>How many of the samples keep their intermediate frames.</summary>
    [Field(
        "Samples with frames",
        "How many samples keep frames of the denoising process, for the scrubber.",
        Unit = "images", Advanced = true)]
    [Within(0, 256)]
    public required int Framed { get; init; }

    /// <summary>Intermediate frames of each of those, evenly spread over the sampling steps.</summary>
    [Field("Frames per sample", "Denoising steps kept of each of them.", Unit = "frames", Advanced = true)]
    [Within(0, 1000)]
    public required int Frames { get; init; }

    [Field("Interval", "Epochs between two grids of samples.", Unit = "epochs")]
    [Within(1, 100_000)]
    public required int EveryEpochs { get; init; }
}
