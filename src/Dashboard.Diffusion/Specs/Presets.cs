namespace Dashboard.Diffusion.Specs;

/// <summary>A complete spec under a name; <see cref="Template"/>'s data set is empty.</summary>
public sealed record Preset(string Name, string Title, string Description, TrainingSpec Template);

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
    ];

    public static Preset? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}
