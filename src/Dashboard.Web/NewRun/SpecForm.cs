using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.NewRun;

/// <summary>Groups and order of the training form. What a field says stands in <see cref="SpecFields"/>.</summary>
public static class SpecForm
{
    /// <summary>Chosen above the groups, each in its own way.</summary>
    public static IReadOnlyList<string> Above { get; } = ["preset", "dataset", "continueFrom"];

    public static IReadOnlyList<SpecGroup> Groups { get; } =
    [
        Group("images", "Images", "How the images of the data set reach the network.",
            "imageSize", "batchSize", "epochs", "horizontalFlip", "repetitions", "seed", "normalization",
            "augmentation.probability"),
        Group("labels", "Labels", "Conditions the network on labels, so that you can ask for one when sampling.",
            "labels.enabled", "labels.dropProbability"),
        Group("network", "Network", "The network that learns to tell image from noise.",
            "network.kind", "network.widths", "network.blockDepth", "network.attentionResolutions", "network.dropout",
            "network.normGroups", "network.embeddingDims", "network.embeddingMaxFrequency", "device", "precision"),
        Group("schedule", "Noise schedule",
            "How much image and how much noise the network sees at each diffusion time t, from 0 (image) to 1 (noise).",
            "schedule.kind", "schedule.maxSignalRate", "schedule.minSignalRate", "schedule.betaStart", "schedule.betaEnd",
            "schedule.maxLogSnr", "schedule.minLogSnr", "schedule.sigmoidStart", "schedule.sigmoidEnd",
            "schedule.minSigma", "schedule.maxSigma", "schedule.rho", "schedule.steps", "schedule.zeroTerminalSnr"),
        Group("loss", "Loss", "What the network predicts, and what is minimized.",
            "parameterization", "loss", "huberDelta", "lossTarget", "weighting.kind", "weighting.gamma",
            "times.kind", "times.mean", "times.deviation"),
        Group("optimizer", "Optimizer", "How gradients change the weights.",
            "optimizer.learningRate", "optimizer.learningRateSchedule", "optimizer.warmupSteps", "optimizer.kind",
            "optimizer.weightDecay", "optimizer.decayRule", "optimizer.maxGradientNorm", "optimizer.accumulatedBatches",
            "optimizer.beta1", "optimizer.beta2", "optimizer.epsilon"),
        Group("ema", "Averaged weights",
            "Samples and KID come from a moving average (EMA) of the weights, which is better than the weights themselves.",
            "ema.decay", "ema.halfLifeImages", "ema.warmup", "ema.also"),
        Group("evaluation", "Evaluation", "KID, the distance between generated and validation images. Lower is better.",
            [
                "evaluation.kid.everyEpochs", "evaluation.kid.evaluations", "evaluation.kid.extractor", "evaluation.kid.images",
                .. SamplerOptions("evaluation.kid."), "evaluation.fid", "evaluation.precisionRecall",
            ]),
        Group("samples", "Samples", "Images drawn with the same seeds after an epoch, so that epochs can be compared.",
            [
                "samples.count", "samples.everyEpochs", "samples.evaluations", .. SamplerOptions("samples."),
                "samples.firstSeed", "samples.framed", "samples.frames",
            ]),
        Group("checkpoint", "Checkpoints", "The last state and the best by KID are kept, to resume and to sample from.",
            "checkpoint.everySeconds"),
    ];

    /// <summary>The groups of a sampling run.</summary>
    /// <param name="labels">That the network knows; empty where it was trained without.</param>
    /// <param name="decays">Of the averages that the run kept beside its main one.</param>
    public static IReadOnlyList<SpecGroup> Sampling(IReadOnlyList<string> labels, IReadOnlyList<double> decays)
    {
        List<SpecField> what = [.. Sampled("seeds.first", "seeds.count", "slerp.from", "slerp.to", "slerp.count", "frames")];
        if (labels.Count > 0)
        {
            what.AddRange([Choice("label", "Any", labels), .. Sampled("guidance")]);
        }

        if (decays.Count > 0)
        {
            what.Add(Choice("emaDecay", "Main", [.. decays.Select(Shared.Format.Plain)]));
        }

        // Here a sampler's options are what the form is about.
        var how = Sampled(["sampler", "evaluations", .. SamplerOptions("").Skip(1)])
            .Select(field => field with { Advanced = false });
        return
        [
            new SpecGroup("what", "What to draw", "", what),
            new SpecGroup("how", "How to draw it", "", [.. how, .. Sampled("device")]),
        ];
    }

    /// <summary>The sampler and its options, but not its steps.</summary>
    private static IEnumerable<string> SamplerOptions(string at) =>
        SpecFields.Sampler.Where(field => field.Path != "evaluations").Select(field => at + field.Path);

    private static SpecGroup Group(string id, string title, string text, params IReadOnlyList<string> paths) =>
        new(id, title, text, [.. paths.Select(SpecFields.Training.Find)]);

    private static IEnumerable<SpecField> Sampled(params IReadOnlyList<string> paths) => paths.Select(SpecFields.Sampling.Find);

    private static SpecField Choice(string path, string none, IReadOnlyList<string> values) => SpecFields.Sampling.Find(path) with
    {
        Kind = SpecFieldKind.Choice,
        Choices = [new SpecChoice("", none), .. values.Select(value => new SpecChoice(value, value))],
    };
}
