namespace Dashboard.Diffusion.Training;

/// <summary>What an epoch came to; null where it was not measured.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="TrainNoiseLoss">Mean loss on the noise.</param>
/// <param name="ValidationNoiseLoss">The same of the averaged network on the validation split.</param>
public sealed record EpochSummary(int Epoch, double TrainNoiseLoss, double? ValidationNoiseLoss, double? Kid);
