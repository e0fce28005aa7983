using System.Globalization;
using Dashboard.Diffusion.Networks;

namespace Dashboard.Diffusion.Specs;

/// <summary>What the rules need to know of a data set.</summary>
public sealed record DatasetFacts(int TrainImages, int ValidationImages);

/// <summary>What a training spec must hold to. Each refusal names the field and the remedy.</summary>
public static class TrainingRules
{
    public const int MaxImageSize = 512;
    public const long MaxParameters = 500_000_000;

    public static IReadOnlyList<SpecProblem> Check(TrainingSpec spec, DatasetFacts? dataset = null)
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
        rules.Range("ema.decay", spec.Ema.Decay, 0, 0.999999);
        rules.Range("evaluation.kid.evaluations", spec.Evaluation.Kid.Evaluations, 1, 1000);
        rules.Require(
            spec.Evaluation.Kid.Images is 0 or >= 2,
            "evaluation.kid.images",
            "KID needs at least 2 images; 0 takes the whole validation split.");
        rules.Range("samples.count", spec.Samples.Count, 1, 256);
        rules.Range("samples.firstSeed", spec.Samples.FirstSeed, 0, long.MaxValue - 256);
        rules.Range("samples.evaluations", spec.Samples.Evaluations, 1, 1000);
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
        if (rules.Problems.Count > 0)
        {
            return; // the rest multiplies these numbers
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
        rules.Range("schedule.minSignalRate", schedule.MinSignalRate, 1e-4, 0.5);
        rules.Range("schedule.maxSignalRate", schedule.MaxSignalRate, 0.5, 0.9999);
        rules.Require(
            schedule.MinSignalRate < schedule.MaxSignalRate,
            "schedule.minSignalRate",
            "The signal rate at t = 1 must be lower than that at t = 0 (schedule.maxSignalRate).");
    }

    private static void CheckOptimizer(RuleBook rules, OptimizerSpec optimizer)
    {
        rules.Range("optimizer.learningRate", optimizer.LearningRate, 1e-8, 1);
        rules.Range("optimizer.weightDecay", optimizer.WeightDecay, 0, 1);
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
            dataset.ValidationImages >= 2,
            "dataset",
            $"Its validation split has {dataset.ValidationImages} images; KID needs at least 2. Import at least 10 images.");
    }
}
