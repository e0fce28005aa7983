using System.Globalization;
using Dashboard.Diffusion.Networks;

namespace Dashboard.Diffusion.Specs;

/// <summary>What the rules need to know of a data set.</summary>
/// <param name="Labels">How many different ones; 0 for none.</param>
public sealed record DatasetFacts(int TrainImages, int ValidationImages, int Labels = 0);

/// <summary>What a training spec must hold to. Each refusal names the field and the remedy.</summary>
public static class TrainingRules
{
    public const int MaxImageSize = 512;
    public const long MaxParameters = 500_000_000;

    /// <param name="hasInceptionWeights">Whether somebody brought InceptionV3's weights.</param>
    public static IReadOnlyList<SpecProblem> Check(TrainingSpec spec, DatasetFacts? dataset = null, bool hasInceptionWeights = true)
    {
        var rules = new RuleBook();
        rules.Text("dataset", spec.Dataset, "Choose a data set, by its id or its name.");
        rules.Range("epochs", spec.Epochs, 1, 100_000);
        rules.Range("repetitions", spec.Repetitions, 1, 1000);
        rules.Range("batchSize", spec.BatchSize, 2, 4096);
        rules.Range("imageSize", spec.ImageSize, 8, MaxImageSize);

        CheckNetwork(rules, spec);
        CheckSchedule(rules, spec.Schedule);
        CheckOptimizer(rules, spec.Optimizer);
        CheckLoss(rules, spec);
        CheckEma(rules, spec.Ema);
        rules.Range("augmentation.probability", spec.Augmentation.Probability, 0, 1);
        rules.Range("labels.dropProbability", spec.Labels.DropProbability, 0, 1);
        SamplerRules.Check(rules, "evaluation.kid.", spec.Evaluation.Kid);
        rules.Range("evaluation.kid.everyEpochs", spec.Evaluation.Kid.EveryEpochs, 1, 100_000);
        rules.Require(
            spec.Evaluation.Kid.Images is 0 or >= 2,
            "evaluation.kid.images",
            "KID needs at least 2 images; 0 takes the whole validation split.");
        rules.Require(
            hasInceptionWeights || spec.Evaluation.Kid.Extractor == FeatureExtractor.Embedded,
            "evaluation.kid.extractor",
            "InceptionV3's weights are not here yet. Bring them with the worker's verb “weights”, or take the embedded features.");
        rules.Range("samples.count", spec.Samples.Count, 1, 256);
        rules.Range("samples.firstSeed", spec.Samples.FirstSeed, 0, long.MaxValue - 256);
        SamplerRules.Check(rules, "samples.", spec.Samples);
        rules.Range("samples.framed", spec.Samples.Framed, 0, spec.Samples.Count);
        rules.Range("samples.frames", spec.Samples.Frames, 0, spec.Samples.Evaluations);
        rules.Range("samples.everyEpochs", spec.Samples.EveryEpochs, 1, 100_000);
        rules.Range("checkpoint.everySeconds", spec.Checkpoint.EverySeconds, 5, 86_400);
        if (dataset is not null)
        {
            CheckDataset(rules, spec, dataset);
        }

        return rules.Problems;
    }

    private static void CheckNetwork(RuleBook rules, TrainingSpec spec)
    {
        var network = spec.Network;
        var count = network.Widths.Count;
        rules.Require(count is >= 1 and <= 8, "network.widths", "Give 1 to 8 widths, one a resolution, such as [32, 64, 96, 128].");
        rules.Require(network.Widths.All(w => w is >= 1 and <= 4096), "network.widths", "Each width must be between 1 and 4096 channels.");
        rules.Range("network.blockDepth", network.BlockDepth, 1, 16);
        rules.Range("network.embeddingDims", network.EmbeddingDims, 2, 1024);
        rules.Require(network.EmbeddingDims % 2 == 0, "network.embeddingDims", "Half of the embedding is sines, half cosines: give an even number.");
        rules.Range("network.embeddingMaxFrequency", network.EmbeddingMaxFrequency, 1, 1e6);
        rules.Range("network.dropout", network.Dropout, 0, 0.9);
        if (rules.Problems.Count > 0)
        {
            return; // the rest multiplies these numbers
        }

        if (network.Kind == NetworkKind.AttentionUnet || network.AttentionResolutions.Count > 0)
        {
            rules.Range("network.normGroups", network.NormGroups, 1, 64);
            rules.Require(
                network.NormGroups < 1 || network.Widths.All(w => w % network.NormGroups == 0),
                "network.normGroups",
                $"GroupNorm splits each width into {network.NormGroups} equal groups. Choose a number that divides all widths, or other widths.");
            rules.Require(
                network.EmbeddingDims >= 4 || network.Kind != NetworkKind.AttentionUnet,
                "network.embeddingDims",
                "The attention U-Net wants at least 4.");
        }

        var halvings = count - 1;
        var factor = 1 << halvings;
        if (spec.ImageSize % factor != 0 || spec.ImageSize / factor < 2)
        {
            var below = Math.Max(spec.ImageSize / factor, 2) * factor;
            rules.Add(
                "imageSize",
                $"{count} widths halve the image {halvings} times, so its size must be a multiple of {factor} and at least {2 * factor}: "
                    + $"{below} or {below + factor} would do, or fewer network.widths.");
            return;
        }

        var sides = Enumerable.Range(0, count).Select(level => spec.ImageSize >> level).ToList();
        foreach (var side in network.AttentionResolutions.Where(side => !sides.Contains(side)))
        {
            rules.Add(
                "network.attentionResolutions",
                $"The network has no resolution of {side} pixels; it has {string.Join(", ", sides)}.");
        }

        rules.Require(
            network.AttentionResolutions.All(side => side <= 64),
            "network.attentionResolutions",
            "Attention compares every pixel with every other: at most 64 pixels.");

        var parameters = NetworkCost.Of(network, spec.ImageSize).Parameters;
        rules.Require(
            parameters <= MaxParameters,
            "network.widths",
            string.Create(
                CultureInfo.InvariantCulture,
                $"This network would have {parameters:N0} parameters; at most {MaxParameters:N0} are allowed. Use smaller widths or a smaller blockDepth."));
    }

    private static void CheckSchedule(RuleBook rules, ScheduleSpec schedule)
    {
        rules.Range("schedule.steps", schedule.Steps, 0, 100_000);
        switch (schedule.Kind)
        {
            case ScheduleKind.CosineSignalRates:
                rules.Range("schedule.minSignalRate", schedule.MinSignalRate, 1e-4, 0.5);
                rules.Range("schedule.maxSignalRate", schedule.MaxSignalRate, 0.5, 0.9999);
                rules.Require(
                    schedule.MinSignalRate < schedule.MaxSignalRate,
                    "schedule.minSignalRate",
                    "The signal rate at t = 1 must be lower than that at t = 0 (schedule.maxSignalRate).");
                break;
            case ScheduleKind.LinearBeta:
                rules.Require(schedule.Steps >= 2, "schedule.steps", "linear-beta is made of discrete steps: give at least 2, usually 1000.");
                rules.Range("schedule.betaStart", schedule.BetaStart, 1e-8, 0.5);
                rules.Range("schedule.betaEnd", schedule.BetaEnd, 1e-8, 0.999);
                rules.Require(
                    schedule.BetaStart < schedule.BetaEnd,
                    "schedule.betaEnd",
                    "β rises: its last value must be above its first (schedule.betaStart).");
                break;
            case ScheduleKind.Sigmoid:
                rules.Range("schedule.sigmoidStart", schedule.SigmoidStart, -20, 20);
                rules.Range("schedule.sigmoidEnd", schedule.SigmoidEnd, -20, 20);
                rules.Require(
                    schedule.SigmoidStart < schedule.SigmoidEnd,
                    "schedule.sigmoidEnd",
                    "The sigmoid is walked upwards: its end must be above its start (schedule.sigmoidStart).");
                break;
            case ScheduleKind.LogSnrLinear:
                rules.Range("schedule.minLogSnr", schedule.MinLogSnr, -20, 20);
                rules.Range("schedule.maxLogSnr", schedule.MaxLogSnr, -20, 20);
                rules.Require(
                    schedule.MinLogSnr < schedule.MaxLogSnr,
                    "schedule.minLogSnr",
                    "The log-SNR at t = 1 must be lower than that at t = 0 (schedule.maxLogSnr).");
                break;
            case ScheduleKind.Karras:
                rules.Range("schedule.minSigma", schedule.MinSigma, 1e-4, 1e4);
                rules.Range("schedule.maxSigma", schedule.MaxSigma, 1e-4, 1e4);
                rules.Range("schedule.rho", schedule.Rho, 1, 100);
                rules.Require(
                    schedule.MinSigma < schedule.MaxSigma,
                    "schedule.maxSigma",
                    "σ rises: its value at t = 1 must be above that at t = 0 (schedule.minSigma).");
                break;
        }
    }

    private static void CheckLoss(RuleBook rules, TrainingSpec spec)
    {
        rules.Range("huberDelta", spec.HuberDelta, 1e-4, 100);
        rules.Range("weighting.gamma", spec.Weighting.Gamma, 0.01, 1e6);
        rules.Range("times.mean", spec.Times.Mean, -20, 20);
        rules.Range("times.deviation", spec.Times.Deviation, 0.01, 20);
        if (spec.Schedule.ZeroTerminalSnr)
        {
            rules.Require(
                spec.Parameterization != Parameterization.Noise,
                "parameterization",
                "With zero terminal SNR the noisiest x is all noise, so predicting the noise says nothing of the image. "
                    + "Predict velocity or image, or turn schedule.zeroTerminalSnr off.");
        }

        var reachesNoNoise = spec.Schedule.Kind is ScheduleKind.Cosine or ScheduleKind.Sigmoid or ScheduleKind.Karras or ScheduleKind.LogSnrLinear;
        rules.Require(
            !(reachesNoNoise && spec.Parameterization == Parameterization.Image && spec.LossTarget == Parameterization.Noise
                && spec.Weighting.Kind == WeightingKind.Uniform),
            "lossTarget",
            "The noise that follows from a predicted image is divided by the noise rate, which nears 0 on this schedule. "
                + "Take lossTarget image or velocity, or another weighting.");
        rules.Require(
            !(spec.Parameterization == Parameterization.Noise && spec.LossTarget == Parameterization.Image
                && spec.Weighting.Kind == WeightingKind.Uniform && spec.Schedule.Kind != ScheduleKind.CosineSignalRates),
            "lossTarget",
            "The image that follows from predicted noise is divided by the signal rate, which nears 0 on this schedule. "
                + "Take lossTarget noise or velocity, or weighting snr.");
    }

    private static void CheckEma(RuleBook rules, EmaSpec ema)
    {
        rules.Range("ema.decay", ema.Decay, 0, 0.999999);
        rules.Range("ema.halfLifeImages", ema.HalfLifeImages, 0, 1_000_000_000);
        rules.Require(ema.Also.Count <= 4, "ema.also", "At most four further averages are kept.");
        rules.Require(ema.Also.All(decay => decay is >= 0 and <= 0.999999), "ema.also", "Each decay must be between 0 and 0.999999.");
        rules.Require(ema.Also.Distinct().Count() == ema.Also.Count, "ema.also", "Give each decay once.");
    }

    private static void CheckOptimizer(RuleBook rules, OptimizerSpec optimizer)
    {
        rules.Range("optimizer.learningRate", optimizer.LearningRate, 1e-8, 1);
        rules.Range("optimizer.weightDecay", optimizer.WeightDecay, 0, 1);
        rules.Require(
            optimizer.Kind != OptimizerKind.Adam || optimizer.WeightDecay == 0,
            "optimizer.weightDecay",
            "Adam has no weight decay here: set it to 0, or choose adamw.");
        if (optimizer.DecayRule == DecayRule.Independent)
        {
            rules.Require(
                optimizer.WeightDecay <= 0.01,
                "optimizer.weightDecay",
                "With the independent rule each step takes away this share of every weight; above 0.01 nothing can be learned. "
                    + "Lower it, or choose the rule times-learning-rate.");
        }

        rules.Range("optimizer.beta1", optimizer.Beta1, 0, 0.9999);
        rules.Range("optimizer.beta2", optimizer.Beta2, 0, 0.999999);
        rules.Range("optimizer.epsilon", optimizer.Epsilon, 1e-20, 1e-2);
        rules.Range("optimizer.warmupSteps", optimizer.WarmupSteps, 0, 10_000_000);
        rules.Range("optimizer.maxGradientNorm", optimizer.MaxGradientNorm, 0, 1e9);
        rules.Range("optimizer.accumulatedBatches", optimizer.AccumulatedBatches, 1, 1000);
    }

    private static void CheckDataset(RuleBook rules, TrainingSpec spec, DatasetFacts dataset)
    {
        var shown = (long)dataset.TrainImages * spec.Repetitions;
        rules.Require(
            spec.BatchSize <= shown,
            "batchSize",
            $"The training split has {dataset.TrainImages} images, fewer than one batch of {spec.BatchSize}. "
                + "Use a smaller batchSize, more repetitions or a larger data set.");
        rules.Require(
            spec.Optimizer.AccumulatedBatches <= Math.Max(shown / Math.Max(spec.BatchSize, 1), 1),
            "optimizer.accumulatedBatches",
            $"An epoch has {shown / Math.Max(spec.BatchSize, 1)} batches, fewer than one step would take. Accumulate fewer.");
        rules.Require(
            !spec.Labels.Enabled || dataset.Labels >= 2,
            "labels.enabled",
            "The data set has no labels. Import one whose sub-folders are its labels, or leave labels off.");
        rules.Require(
            dataset.ValidationImages >= 2,
            "dataset",
            $"Its validation split has {dataset.ValidationImages} images; KID needs at least 2. Import at least 10 images.");
    }
}
