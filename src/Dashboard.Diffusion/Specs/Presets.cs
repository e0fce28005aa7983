using System.Text.Json.Nodes;

namespace Dashboard.Diffusion.Specs;

/// <summary>A complete spec under a name; <see cref="Template"/>'s data set is empty.</summary>
public sealed record Preset(string Name, string Title, string Description, TrainingSpec Template)
{
    /// <summary>The template as JSON, a new one each time.</summary>
    public JsonObject ToJson() => SpecJson.ToObject(Template);
}

public static class Presets
{
    public static IReadOnlyList<Preset> All { get; } =
    [
        new Preset(
            "ddim-keras",
            "DDIM as in the Keras example",
            "Residual U-Net of 1.95 million parameters, continuous cosine schedule, mean absolute error on the noise, "
                + "deterministic sampling in few steps, best checkpoint by validation KID.",
            new TrainingSpec
            {
                Preset = "ddim-keras",
                Dataset = "",
                ImageSize = 64,
                Epochs = 50,
                Repetitions = 1,
                BatchSize = 32,
                Seed = 1,
                HorizontalFlip = false,
                Device = Device.Auto,
                Precision = Precision.Auto,
                Network = new NetworkSpec
                {
                    Kind = NetworkKind.ResidualUnet,
                    Widths = [32, 64, 96, 128],
                    BlockDepth = 2,
                    EmbeddingDims = 32,
                    EmbeddingMaxFrequency = 1000,
                },
                Schedule = new ScheduleSpec
                {
                    Kind = ScheduleKind.CosineSignalRates,
                    MinSignalRate = 0.02,
                    MaxSignalRate = 0.95,
                },
                Parameterization = Parameterization.Noise,
                Loss = Loss.Mae,
                Optimizer = new OptimizerSpec
                {
                    Kind = OptimizerKind.Adamw,
                    LearningRate = 1e-3,
                    WeightDecay = 1e-4,
                    DecayRule = DecayRule.Independent,
                    Beta1 = 0.9,
                    Beta2 = 0.999,
                    Epsilon = 7.6e-13,
                },
                Ema = new EmaSpec { Decay = 0.999, Warmup = true },
                Evaluation = new EvaluationSpec
                {
                    Kid = new KidSpec { Evaluations = 5, Extractor = FeatureExtractor.Embedded, Images = 0 },
                },
                Samples = new SamplesSpec
                {
                    Count = 18,
                    FirstSeed = 1,
                    Evaluations = 20,
                    Framed = 4,
                    Frames = 10,
                    EveryEpochs = 1,
                },
                Checkpoint = new CheckpointSpec { EverySeconds = 60 },
            }),
        new Preset(
            "ddpm-keras",
            "DDPM as in the Keras example",
            "U-Net with self-attention of 63.2 million parameters, linear β over 1,000 steps, mean squared error on the noise, "
                + "ancestral sampling in all 1,000 steps. Meant for a GPU: on a processor an epoch takes hours.",
            new TrainingSpec
            {
                Preset = "ddpm-keras",
                Dataset = "",
                ImageSize = 64,
                Epochs = 800,
                Repetitions = 1,
                BatchSize = 32,
                Seed = 1,
                HorizontalFlip = true,
                Normalization = Normalization.Symmetric,
                Device = Device.Auto,
                Precision = Precision.Auto,
                Network = new NetworkSpec
                {
                    Kind = NetworkKind.AttentionUnet,
                    Widths = [64, 128, 256, 512],
                    BlockDepth = 2,
                    EmbeddingDims = 256,
                    EmbeddingMaxFrequency = 10_000,
                    AttentionResolutions = [16, 8],
                },
                Schedule = new ScheduleSpec { Kind = ScheduleKind.LinearBeta, BetaStart = 1e-4, BetaEnd = 0.02, Steps = 1000 },
                Parameterization = Parameterization.Noise,
                Loss = Loss.Mse,
                Optimizer = new OptimizerSpec
                {
                    Kind = OptimizerKind.Adam,
                    LearningRate = 2e-4,
                    WeightDecay = 0,
                    DecayRule = DecayRule.TimesLearningRate,
                    Beta1 = 0.9,
                    Beta2 = 0.999,

                    // Keras takes the mean here: its ε counts as it stands.
                    Epsilon = 1e-7,
                },
                Ema = new EmaSpec { Decay = 0.999, Warmup = false },
                Evaluation = new EvaluationSpec
                {
                    // The page reports no KID. Fifty steps of DDIM stand in for the thousand, which would take twenty times as
                    // long.
                    Kid = new KidSpec
                    {
                        Sampler = Sampler.Ddim,
                        Evaluations = 50,
                        Clip = ImageClip.Range,
                        Extractor = FeatureExtractor.Embedded,
                        Images = 0,
                        EveryEpochs = 10,
                    },
                },
                Samples = new SamplesSpec
                {
                    Count = 16,
                    FirstSeed = 1,
                    Sampler = Sampler.Ddpm,
                    Evaluations = 1000,
                    Clip = ImageClip.Range,
                    Framed = 4,
                    Frames = 10,
                    EveryEpochs = 10,
                },
                Checkpoint = new CheckpointSpec { EverySeconds = 300 },
            }),
    ];

    public static Preset? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}
