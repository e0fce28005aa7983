using System.Text.Json.Serialization;

namespace Dashboard.Diffusion.Specs;

public sealed record EvaluationSpec
{
    public required KidSpec Kid { get; init; }

    /// <summary>Also measures FID on the same features. At few images it says little.</summary>
    public bool Fid { get; init; }

    /// <summary>Also measures precision and recall (Kynkäänniemi et al. 2019) on the same features.</summary>
    public bool PrecisionRecall { get; init; }
}

/// <summary>KID on the validation split, from the EMA network.</summary>
public sealed record KidSpec : SamplerSpec
{
    public required FeatureExtractor Extractor { get; init; }

    /// <summary>Most validation images to compare with; 0 for all of them.</summary>
    public required int Images { get; init; }

    /// <summary>Epochs between two measurements; the last epoch is always measured.</summary>
    public int EveryEpochs { get; init; } = 1;
}

/// <summary>Network and protocol. Values of different ones never compare.</summary>
public enum FeatureExtractor
{
    /// <summary>The small residual network trained on CIFAR-10 that ships with the program.</summary>
    Embedded,

    /// <summary>InceptionV3 at 75×75, KID per batch as in the Keras example; wants its weights file.</summary>
    [JsonStringEnumMemberName("inception-75")]
    Inception75,

    /// <summary>InceptionV3 at 299×299, KID over random subsets; wants its weights file.</summary>
    [JsonStringEnumMemberName("inception-299")]
    Inception299,
}

/// <summary>The grid that each epoch draws at the same seeds, so that epochs compare.</summary>
public sealed record SamplesSpec : SamplerSpec
{
    public required int Count { get; init; }

    public required long FirstSeed { get; init; }

    /// <summary>How many of the samples keep their intermediate frames.</summary>
    public required int Framed { get; init; }

    /// <summary>Intermediate frames of each of those, evenly spread over the evaluations.</summary>
    public required int Frames { get; init; }

    public required int EveryEpochs { get; init; }
}
