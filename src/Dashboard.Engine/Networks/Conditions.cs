using static TorchSharp.torch;

namespace Dashboard.Engine.Networks;

/// <summary>What a network is told beside the noisy images.</summary>
/// <param name="Times">Diffusion times t in [0, 1]: N×1×1×1, or 1×1×1×1 where all images are as noisy.</param>
/// <param name="NoiseVariances">The noise rates' squares, in the shape of <paramref name="Times"/>.</param>
/// <param name="Labels">N numbers of labels, int64; the count of labels stands for "any". Null means "any" for all.</param>
/// <param name="Augmentation">N×<see cref="NetworkShape.AugmentationLabels"/>: how each image was changed. Null means not at
/// all.</param>
internal sealed record Conditions(Tensor Times, Tensor NoiseVariances, Tensor? Labels = null, Tensor? Augmentation = null);
