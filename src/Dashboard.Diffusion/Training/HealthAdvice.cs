using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Training;

/// <summary>Something about a run that a person should know, with the reason and the remedy.</summary>
/// <param name="Key">Stays the same while the advice does, so that a newer text replaces an older one.</param>
/// <param name="Text">Empty when it no longer applies.</param>
public sealed record Advice(string Key, string Text);

/// <summary>Looks for known problems in the epochs so far.</summary>
public static class HealthAdvice
{
    /// <summary>
    /// clear-diffusion-keras#4: the noise loss "should be well below 0.2" once a run is on its way. Said of photographs of 64 px
    /// and more, this loss and this schedule: others have other losses at the same quality, and so has a run in its first steps.
    /// </summary>
    private const double HighNoiseLoss = 0.2;
    private const int HighNoiseLossEpoch = 4;
    private const int HighNoiseLossSteps = 1000;
    private const int HighNoiseLossSize = 64;
    private static readonly ScheduleSpec HighNoiseLossSchedule = new() { Kind = ScheduleKind.CosineSignalRates };

    private const int Patience = 3;
    private const int KidPatience = 10;
    private const double Rise = 1.01;
    private const int FewImages = 500;

    /// <summary>Nothing is learnt by heart that was seen fewer times than this.</summary>
    private const int FewPasses = 10;

    private static string Flip => Name("horizontalFlip");

    private static string Augmentation => Name("augmentation.probability");

    /// <param name="epochs">All so far, in order.</param>
    /// <param name="trainingImages">Of the data set.</param>
    /// <param name="steps">Optimizer steps taken.</param>
    public static IEnumerable<Advice> Of(TrainingSpec spec, IReadOnlyList<EpochSummary> epochs, int trainingImages, long steps)
    {
        if (epochs.Count == 0)
        {
            yield break;
        }

        yield return new Advice("high_loss", HighLoss(spec, epochs[^1], steps));
        yield return new Advice("rising_validation", RisingValidation(spec, epochs));
        yield return new Advice("stale_kid", StaleKid(epochs));
        yield return new Advice("cold_average", ColdAverage(spec.Ema, steps));
        yield return new Advice("few_images", FewTrainingImages(spec, trainingImages));
    }

    private static string FewTrainingImages(TrainingSpec spec, int images) =>
        images < FewImages && (long)spec.Epochs * spec.Repetitions >= FewPasses
            && !spec.HorizontalFlip && spec.Augmentation.Probability == 0
            ? $"The training split has only {images} images, without augmentation: the network will overfit. "
                + $"Turn on {Flip}, set {Augmentation} to 0.12, or import more images."
            : "";

    private static string HighLoss(TrainingSpec spec, EpochSummary newest, long steps) =>
        spec is
        {
            Loss: Loss.Mae, LossTarget: Parameterization.Noise, Parameterization: Parameterization.Noise,
            Times.Kind: TimesKind.Uniform, ImageSize: >= HighNoiseLossSize,
        }
            && spec.Schedule == HighNoiseLossSchedule
            && newest.Epoch >= HighNoiseLossEpoch && steps >= HighNoiseLossSteps && newest.TrainNoiseLoss > HighNoiseLoss
            ? $"The noise loss is still {newest.TrainNoiseLoss:F3} after epoch {newest.Epoch}; "
                + $"good runs with this loss and schedule are below {HighNoiseLoss} after {HighNoiseLossSteps:N0} steps. "
                + $"If it no longer falls, try another {Name("optimizer.learningRate")} (now {spec.Optimizer.LearningRate}), "
                + $"larger {Name("network.widths")} or more epochs."
            : "";

    private static string RisingValidation(TrainingSpec spec, IReadOnlyList<EpochSummary> epochs)
    {
        var measured = epochs.Where(epoch => epoch.ValidationNoiseLoss is { } loss && double.IsFinite(loss)).ToList();
        if (measured.Count <= Patience)
        {
            return "";
        }

        var best = measured.MinBy(epoch => epoch.ValidationNoiseLoss)!;
        var since = measured.Where(epoch => epoch.Epoch > best.Epoch).ToList();
        if (since.Count < Patience || measured[^1].ValidationNoiseLoss < best.ValidationNoiseLoss * Rise)
        {
            return "";
        }

        return $"The validation loss has been rising since epoch {best.Epoch} "
            + $"({best.ValidationNoiseLoss:F4} then, {measured[^1].ValidationNoiseLoss:F4} now): the network is "
            + "starting to overfit. "
            + $"The best checkpoint is kept. For the next run, try {(spec.HorizontalFlip ? "" : $"{Flip}, ")}"
            + $"more {Name("optimizer.weightDecay")}, {Name("network.dropout")} or an {Augmentation} of 0.12.";
    }

    private static string StaleKid(IReadOnlyList<EpochSummary> epochs)
    {
        var measured = epochs.Where(epoch => epoch.Kid is { } kid && double.IsFinite(kid)).ToList();
        if (measured.Count == 0)
        {
            return "";
        }

        var best = measured.MinBy(epoch => epoch.Kid)!;
        return measured.Count(epoch => epoch.Epoch > best.Epoch) >= KidPatience
            ? $"KID has not improved on epoch {best.Epoch} ({best.Kid:F4}) for {epochs[^1].Epoch - best.Epoch} epochs. "
                + "Consider pausing: the best checkpoint is kept and the run can be resumed later."
            : "";
    }

    /// <summary>Without warm-up the average is dominated by the initial weights for about 1 / (1 − decay) steps.</summary>
    private static string ColdAverage(EmaSpec ema, long steps)
    {
        if (ema.Warmup || ema.HalfLifeImages > 0)
        {
            return "";
        }

        var left = Math.Pow(ema.Decay, steps);
        return left > 0.1
            ? $"The averaged weights, which samples and KID come from, are still {left:P0} initial random weights. "
                + $"This passes by itself; {Name("ema.warmup")} avoids it."
            : "";
    }

    /// <summary>A field as the form calls it.</summary>
    private static string Name(string path) => $"“{SpecFields.Training.Find(path).Label}”";
}
