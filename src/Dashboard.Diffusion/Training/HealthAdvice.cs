using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Training;

/// <summary>Something about a run that a person should know, with the reason and what to do.</summary>
/// <param name="Key">Newer text under the same key replaces the older one.</param>
/// <param name="Text">Empty when it does not, or no longer, apply.</param>
public sealed record Advice(string Key, string Text);

/// <summary>Looks for known problems in the epochs so far.</summary>
public static class HealthAdvice
{
    /// <summary>clear-diffusion-keras#4: the noise loss "should be well below 0.2" once a run is on its way.</summary>
    private const double HighNoiseLoss = 0.2;
    private const int HighNoiseLossEpoch = 4;
    private const int Patience = 3;
    private const int KidPatience = 10;
    private const double Rise = 1.01;
    private const int FewImages = 500;

    /// <param name="epochs">All so far, in order.</param>
    /// <param name="trainingImages">Of the data set.</param>
    /// <param name="steps">Optimizer steps taken.</param>
    public static IEnumerable<Advice> Of(TrainingSpec spec, IReadOnlyList<EpochSummary> epochs, int trainingImages, long steps)
    {
        if (epochs.Count == 0)
        {
            yield break;
        }

        yield return new Advice("high_loss", HighLoss(spec, epochs[^1]));
        yield return new Advice("rising_validation", RisingValidation(spec, epochs));
        yield return new Advice("stale_kid", StaleKid(epochs));
        yield return new Advice("cold_average", ColdAverage(spec.Ema, steps));
        yield return new Advice("few_images", trainingImages < FewImages && !spec.HorizontalFlip && spec.Augmentation.Probability == 0
            ? $"The training split has only {trainingImages} images, without augmentation: the network will overfit. "
                + "Turn on horizontalFlip, set augmentation.probability to 0.12, or import more images."
            : "");
    }

    private static string HighLoss(TrainingSpec spec, EpochSummary newest) =>
        spec is { Loss: Loss.Mae, LossTarget: Parameterization.Noise, Parameterization: Parameterization.Noise }
            && newest.Epoch >= HighNoiseLossEpoch && newest.TrainNoiseLoss > HighNoiseLoss
            ? $"The noise loss is still {newest.TrainNoiseLoss:F3} after epoch {newest.Epoch}; good runs are below "
                + $"{HighNoiseLoss} by epoch {HighNoiseLossEpoch}. If it no longer falls, try another optimizer.learningRate "
                + $"(now {spec.Optimizer.LearningRate}), wider network.widths or more epochs."
            : "";

    private static string RisingValidation(TrainingSpec spec, IReadOnlyList<EpochSummary> epochs)
    {
        var measured = epochs.Where(epoch => epoch.ValidationNoiseLoss is not null).ToList();
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
            + $"({best.ValidationNoiseLoss:F4} then, {measured[^1].ValidationNoiseLoss:F4} now): the network overfits. "
            + $"The best checkpoint is kept. Next time try {(spec.HorizontalFlip ? "" : "horizontalFlip, ")}"
            + "more optimizer.weightDecay, network.dropout, or augmentation.probability 0.12.";
    }

    private static string StaleKid(IReadOnlyList<EpochSummary> epochs)
    {
        var measured = epochs.Where(epoch => epoch.Kid is not null).ToList();
        if (measured.Count == 0)
        {
            return "";
        }

        var best = measured.MinBy(epoch => epoch.Kid)!;
        return measured.Count(epoch => epoch.Epoch > best.Epoch) >= KidPatience
            ? $"The KID has not improved on epoch {best.Epoch}'s {best.Kid:F4} for {epochs[^1].Epoch - best.Epoch} epochs. "
                + "Pausing costs nothing: the best checkpoint is kept and the run can be resumed later."
            : "";
    }

    /// <summary>Without warm-up the average is what it started from until its memory is over.</summary>
    private static string ColdAverage(EmaSpec ema, long steps)
    {
        if (ema.Warmup || ema.HalfLifeImages > 0)
        {
            return "";
        }

        var left = Math.Pow(ema.Decay, steps);
        return left > 0.1
            ? $"The averaged weights, which samples and KID come from, are still {left:P0} the initial random ones. "
                + "This passes by itself; ema.warmup avoids it."
            : "";
    }
}
