using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;

namespace Dashboard.Engine.Training;

/// <summary>Everything that one training run needs.</summary>
public sealed record TrainingJob
{
    public required TrainingSpec Spec { get; init; }

    /// <summary>The data set's images at <see cref="TrainingSpec.ImageSize"/>.</summary>
    public required ImageCache Images { get; init; }

    /// <summary>Receives <c>last.safetensors</c> and <c>best.safetensors</c>; made if missing.</summary>
    public required string CheckpointFolder { get; init; }

    /// <summary>A checkpoint of the same spec and data set to go on from; null starts anew.</summary>
    public string? ResumeFrom { get; init; }

    /// <summary>Another run's checkpoint whose averaged weights to start from; null for random ones. Not with <see cref="ResumeFrom"/>.</summary>
    public string? ContinueFrom { get; init; }

    /// <summary>Holds the weights that don't ship with the program (InceptionV3's); null where there are none.</summary>
    public string? WeightsFolder { get; init; }

    /// <summary>Called on the training thread; must not block for long.</summary>
    public required Action<RunEvent> Report { get; init; }

    /// <summary>
    /// Called on the training thread before a checkpoint takes the place of the one before; returns when all that was reported
    /// is safe. Else a crash just after would lose what the new checkpoint does not do again.
    /// </summary>
    public Action? Settle { get; init; }
}
