using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Queue;

/// <summary>A run to be queued; its spec is complete and checked.</summary>
/// <param name="Spec">A TrainingSpec or SamplingSpec as JSON.</param>
/// <param name="DatasetId">The data set to train on, or that the checkpoint was trained on.</param>
/// <param name="CheckpointId">The checkpoint to draw from.</param>
/// <param name="ImagesTotal">Images to show or to draw, as far as they can be told before.</param>
public sealed record RunSubmission(
    RunKind Kind, string Name, string Spec, long? DatasetId = null, long? CheckpointId = null, long ImagesTotal = 0);
