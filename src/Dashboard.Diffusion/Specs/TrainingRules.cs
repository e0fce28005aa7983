using System.Globalization;
using Dashboard.Diffusion.Networks;
using Dashboard.Diffusion.Training;

namespace Dashboard.Diffusion.Specs;

/// <summary>What the rules need to know of a data set.</summary>
/// <param name="Labels">How many different ones; 0 for none.</param>
public sealed record DatasetFacts(int TrainImages, int ValidationImages, int Labels = 0)
{
    /// <summary>Labels with a single image, or with none to train on: a conditional run hardly learns them.</summary>
    public IReadOnlyList<string> ThinLabels { get; init; } = [];
}

/// <summary>What a training spec must hold to. Each refusal names the field and the remedy.</summary>
public static class TrainingRules
{
    public const int MaxImageSize = 512;
    public const long MaxParameters = 500_000_000;
    private const int MostNamed = 10;

    /// <param name="hasInceptionWeights">Whether somebody brought InceptionV3's weights.</param>
    public static IReadOnlyList<FieldProblem> Check(
        TrainingSpec spec, DatasetFacts? dataset = null, bool hasInceptionWeights = true)
    {
        var problems = new ProblemList();
        problems.Text("dataset", spec.Dataset, "Choose a data set, by its id or its name.");
        FieldRules.Check(problems, SpecFields.Training, spec);

        CheckNetwork(problems, spec);
        CheckSchedule(problems, spec.Schedule);
        CheckOptimizer(problems, spec.Optimizer);
        CheckLoss(problems, spec);
        SamplerRules.Check(problems, "evaluation.kid.", spec.Evaluation.Kid, spec.Schedule);
        problems.Require(
            spec.Evaluation.Kid.Images is 0 or >= 2,
            "evaluation.kid.images",
            "KID needs at least 2 images; 0 takes the whole validation split.");
        problems.Require(
            hasInceptionWeights || spec.Evaluation.Kid.Extractor == FeatureExtractor.Embedded,
            "evaluation.kid.extractor",
            "InceptionV3's weights are missing. Add them with the worker's verb “weights”, or use the embedded features.");
        SamplerRules.Check(problems, "samples.", spec.Samples, spec.Schedule);
        problems.Require(
            spec.Samples.Framed <= spec.Samples.Count,
            "samples.framed",
            $"There are only {spec.Samples.Count} samples. Give at most that many.");
        problems.Require(
            spec.Samples.Frames <= spec.Samples.Evaluations,
            "samples.frames",
            $"A sample takes only {spec.Samples.Evaluations} sampling steps. Give at most that many.");
        if (dataset is not null)
        {
            CheckDataset(problems, spec, dataset);
        }

        return problems.All;
    }

    /// <summary>What does not keep a run from being made, but is worth knowing before.</summary>
    public static IReadOnlyList<FieldProblem> Warn(TrainingSpec spec, DatasetFacts? dataset)
    {
        if (!spec.Labels.Enabled || dataset is not { ThinLabels: { Count: > 0 } thin })
        {
            return [];
        }

        var more = thin.Count > MostNamed ? $" and {Count(thin.Count - MostNamed)} more" : "";
        return
        [
            new FieldProblem(
                "labels.enabled",
                $"{(thin.Count == 1 ? "One label has" : $"{Count(thin.Count)} labels have")} a single image, or none to train "
                    + $"on: {string.Join(", ", thin.Take(MostNamed))}{more}. The network can hardly learn them. "
                    + "Add images of them, or leave labels off."),
        ];

        static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
    }

    private static void CheckNetwork(ProblemList problems, TrainingSpec spec)
    {
        var network = spec.Network;
        var count = network.Widths.Count;
        problems.Require(
            network.EmbeddingDims % 2 == 0,
            "network.embeddingDims",
            "Half of the embedding is sines, half cosines: give an even number.");
        if (problems.All.Any(p => p.Field is "imageSize" || p.Field.StartsWith("network.", StringComparison.Ordinal)))
        {
            return; // the rest multiplies these numbers
        }

        if (network.Kind == NetworkKind.AttentionUnet || network.AttentionResolutions.Count > 0)
        {
            problems.Require(
                network.NormGroups < 1 || network.Widths.All(w => w % network.NormGroups == 0),
                "network.normGroups",
                $"GroupNorm splits each width into {network.NormGroups} equal groups. "
                    + "Use a number that divides all widths, or other widths.");
            problems.Require(
                network.EmbeddingDims >= 4 || network.Kind != NetworkKind.AttentionUnet,
                "network.embeddingDims",
                "The attention U-Net needs at least 4.");
        }

        var halvings = count - 1;
        var factor = 1 << halvings;
        if (spec.ImageSize % factor != 0 || spec.ImageSize / factor < 2)
        {
            var below = Math.Max(spec.ImageSize / factor, 2) * factor;
            problems.Add(
                "imageSize",
                $"{count} widths halve the image {halvings} times, so its size must be a multiple of {factor} and at least "
                    + $"{2 * factor}: "
                    + $"use {below} or {below + factor}, or fewer network.widths.");
            return;
        }

        var sides = Enumerable.Range(0, count).Select(level => spec.ImageSize >> level).ToList();
        foreach (var side in network.AttentionResolutions.Where(side => !sides.Contains(side)))
        {
            problems.Add(
                "network.attentionResolutions",
                $"The network has no resolution of {side} pixels; it has {string.Join(", ", sides)}.");
        }

        problems.Require(
            network.AttentionResolutions.All(side => side <= 64),
            "network.attentionResolutions",
            "Attention compares all pairs of pixels: at most 64 pixels.");

        var parameters = NetworkCost.Of(network, spec.ImageSize).Parameters;
        problems.Require(
            parameters <= MaxParameters,
            "network.widths",
            string.Create(
                CultureInfo.InvariantCulture,
                $"This network would have {parameters:N0} parameters; at most {MaxParameters:N0} are allowed. "
                    + $"Use smaller widths or a smaller blockDepth."));
    }

    private static void CheckSchedule(ProblemList problems, ScheduleSpec schedule)
    {
        switch (schedule.Kind)
        {
            case ScheduleKind.CosineSignalRates:
                problems.Require(
                    schedule.MinSignalRate < schedule.MaxSignalRate,
                    "schedule.minSignalRate",
                    "The signal rate at t = 1 must be lower than that at t = 0 (schedule.maxSignalRate).");
                break;
            case ScheduleKind.LinearBeta:
                problems.Require(schedule.Steps >= 2, "schedule.steps", "Linear β needs discrete steps, usually 1000.");
                problems.Require(
                    schedule.BetaStart < schedule.BetaEnd,
                    "schedule.betaEnd",
                    "β rises: its last value must be above its first (schedule.betaStart).");
                break;
            case ScheduleKind.Sigmoid:
                problems.Require(
                    schedule.SigmoidStart < schedule.SigmoidEnd,
                    "schedule.sigmoidEnd",
                    "The end of the sigmoid must be above its start (schedule.sigmoidStart).");
                break;
            case ScheduleKind.LogSnrLinear:
                problems.Require(
                    schedule.MinLogSnr < schedule.MaxLogSnr,
                    "schedule.minLogSnr",
                    "The log-SNR at t = 1 must be lower than that at t = 0 (schedule.maxLogSnr).");
                break;
            case ScheduleKind.Karras:
                problems.Require(
                    schedule.MinSigma < schedule.MaxSigma,
                    "schedule.maxSigma",
                    "σ rises: its value at t = 1 must be above that at t = 0 (schedule.minSigma).");
                break;
        }
    }

    private static void CheckLoss(ProblemList problems, TrainingSpec spec)
    {
        if (spec.Schedule.ZeroTerminalSnr)
        {
            problems.Require(
                spec.Parameterization != Parameterization.Noise,
                "parameterization",
                "With zero terminal SNR the noisiest x is pure noise, so predicting the noise says nothing about the image. "
                    + "Predict velocity or image, or turn schedule.zeroTerminalSnr off.");
        }

        var reachesNoNoise = spec.Schedule.Kind is ScheduleKind.Cosine
            or ScheduleKind.Sigmoid
            or ScheduleKind.Karras
            or ScheduleKind.LogSnrLinear;
        problems.Require(
            !(reachesNoNoise && spec.Parameterization == Parameterization.Image && spec.LossTarget == Parameterization.Noise
                && spec.Weighting.Kind == WeightingKind.Uniform),
            "lossTarget",
            "The noise that follows from a predicted image is divided by the noise rate, which approaches 0 on this schedule. "
                + "Use lossTarget image or velocity, or another weighting.");
        problems.Require(
            !(spec.Parameterization == Parameterization.Noise && spec.LossTarget == Parameterization.Image
                && spec.Weighting.Kind == WeightingKind.Uniform && spec.Schedule.Kind != ScheduleKind.CosineSignalRates),
            "lossTarget",
            "The image that follows from predicted noise is divided by the signal rate, which approaches 0 on this schedule. "
                + "Use lossTarget noise or velocity, or weighting snr.");
    }

    private static void CheckOptimizer(ProblemList problems, OptimizerSpec optimizer)
    {
        problems.Require(
            optimizer.Kind != OptimizerKind.Adam || optimizer.WeightDecay == 0,
            "optimizer.weightDecay",
            "Adam has no weight decay here: set it to 0, or choose adamw.");
        if (optimizer.DecayRule == DecayRule.Independent)
        {
            problems.Require(
                optimizer.WeightDecay <= 0.01,
                "optimizer.weightDecay",
                "With the independent rule each step removes this share of every weight; above 0.01 nothing can be learned. "
                    + "Lower it, or choose the decay rule times-learning-rate.");
        }

    }

    private static void CheckDataset(ProblemList problems, TrainingSpec spec, DatasetFacts dataset)
    {
        var shown = (long)dataset.TrainImages * spec.Repetitions;
        problems.Require(
            spec.BatchSize <= shown,
            "batchSize",
            $"The training split has {dataset.TrainImages} images, fewer than one batch of {spec.BatchSize}. "
                + "Use a smaller batchSize, more repetitions or a larger data set.");
        var length = RunLength.Of(spec, dataset.TrainImages);
        problems.Require(
            spec.BatchSize > shown || length.StepsPerEpoch > 0,
            "optimizer.accumulatedBatches",
            $"One step would take {length.ImagesPerStep} images, but an epoch shows only {shown}. Accumulate fewer batches.");
        problems.Require(
            !spec.Labels.Enabled || dataset.Labels >= 2,
            "labels.enabled",
            "The data set has no labels. Import one whose sub-folders are its labels, or leave labels off.");
        problems.Require(
            dataset.ValidationImages >= 2,
            "dataset",
            $"Its validation split has {dataset.ValidationImages} images; KID needs at least 2. Import at least 10 images.");
    }
}
