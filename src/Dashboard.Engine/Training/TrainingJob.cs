using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Engine.Data;

namespace Dashboard.Engine.Training;

/// <summary>Everything that one training run needs.</summary>
public sealed record TrainingJob
{
    public required TrainingSpec Spec { get; init; }

    /// <summary>The data set's images at <see cref="TrainingSpec.ImageSize"/>.</summary>
    public required ImageCache Images { get; init; }

    /// <summary>Receives the last and the best checkpoint; created if missing.</summary>
    public required string CheckpointFolder { get; init; }

    /// <summary>A checkpoint of the same spec and data set to resume from; null starts anew.</summary>
    public string? ResumeFrom { get; init; }

    /// <summary>
    /// Another run's checkpoint whose averaged weights to start from; null for random ones. Not with <see cref="ResumeFrom"/>.
    /// </summary>
    public string? ContinueFrom { get; init; }

    /// <summary>Holds the weights that don't ship with the program (InceptionV3's); null where there are none.</summary>
    public string? WeightsFolder { get; init; }

    /// <summary>Called on the training thread; must not block for long.</summary>
    public required Action<RunEvent> Report { get; init; }

    /// <summary>
    /// Called on the training thread before a checkpoint replaces the previous one; returns once everything reported is stored.
    /// Otherwise a crash just after would lose what a run resumed from the new checkpoint does not report again.
    /// </summary>
    public Action? Settle { get; init; }

    /// <summary>The run's clock.</summary>
    /// <exception cref="RunFailedException">There are too few images for a single step.</exception>
    public RunLength Length()
    {
        var length = RunLength.Of(Spec, Images.Training.Count);
        return length.StepsPerEpoch > 0
            ? length
            : throw new RunFailedException(
                $"An epoch of {Images.Training.Count * Spec.Repetitions} training images does not fill one step of "
                    + $"{length.ImagesPerStep}. Lower batchSize or optimizer.accumulatedBatches.",
                FailureKind.Input);
    }
}
