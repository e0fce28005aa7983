using Dashboard.Diffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Networks;

/// <summary>All that decides the names and shapes of a network's tensors.</summary>
/// <param name="ImageSize">Side of the images it is trained on, pixels; decides after which blocks attention comes.</param>
/// <param name="Labels">How many labels it knows; 0 for none.</param>
/// <param name="Augmented">Whether it is told how its training images were changed.</param>
internal sealed record NetworkShape(NetworkSpec Spec, int ImageSize, int Labels = 0, bool Augmented = false)
{
    /// <summary>Numbers that describe how an image was changed.</summary>
    public const int AugmentationLabels = 9;

    /// <param name="labels">Of the data set.</param>
    public static NetworkShape Of(TrainingSpec spec, int labels) =>
        new(spec.Network, spec.ImageSize, spec.Labels.Enabled ? labels : 0, spec.Augmentation.Probability > 0);

    /// <param name="arithmetic">Type of the convolutions' inputs: fp32 or bf16.</param>
    /// <param name="random">A CPU generator that decides the first weights.</param>
    public DiffusionNetwork Build(torch.Device device, ScalarType arithmetic, Generator random) => Spec.Kind switch
    {
        NetworkKind.ResidualUnet => new ResidualUnet(this, device, arithmetic, random),
        NetworkKind.AttentionUnet => new AttentionUnet(this, device, arithmetic, random),
        _ => throw new InvalidOperationException($"unknown network {Spec.Kind}"),
    };
}
