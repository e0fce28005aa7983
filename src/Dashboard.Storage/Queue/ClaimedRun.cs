using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Queue;

/// <summary>A run that a worker holds under an attempt.</summary>
public sealed record ClaimedRun(long Id, int Attempt, RunKind Kind, string Name, string Spec, long? DatasetId, long? CheckpointId);
