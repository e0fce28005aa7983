using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// InceptionV3 as a feature extractor. The graph sees −1…1 whatever program loads the weights: Keras' are fed so, and
/// torchvision's are ported from TensorFlow's, for which its <c>transform_input</c> turns ImageNet-normalised values back into
/// −1…1.
/// </summary>
internal sealed class InceptionFeatures : IFeatureExtractor
{
    private readonly InceptionV3 network;
    private readonly int side;
    private readonly InterpolationMode interpolation;
    private readonly bool antialias;

    private InceptionFeatures(InceptionV3 network, int side, InterpolationMode interpolation, bool antialias, string description)
    {
        (this.network, this.side, this.interpolation, this.antialias) = (network, side, interpolation, antialias);
        Description = description;
    }

    public string Description { get; }

    /// <summary>As the Keras example measures: bilinear, without antialiasing, 75×75.</summary>
    public static InceptionFeatures At75(InceptionV3 network, string weights) => new(
        network,
        75,
        InterpolationMode.Bilinear,
        antialias: false,
        $"InceptionV3 ({weights}; {InceptionV3.FeatureCount} features, resized to 75×75 bilinearly without antialiasing, scaled "
            + $"to −1…1, pools without padding)");

    /// <summary>The network's own size: bicubic, antialiased, 299×299.</summary>
    public static InceptionFeatures At299(InceptionV3 network, string weights) => new(
        network,
        299,
        InterpolationMode.Bicubic,
        antialias: true,
        $"InceptionV3 ({weights}; {InceptionV3.FeatureCount} features, resized to 299×299 bicubically with antialiasing, scaled "
            + $"to −1…1, pools without padding)");

    public Tensor Extract(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();

        // Up to 299 from any size that we train at, never far down: what CUDA's antialiasing fails at does not arise.
        var sized = functional.interpolate(
            images, size: [side, side], mode: interpolation, align_corners: false, antialias: antialias);
        return network.Features(sized.mul_(255).div_(127.5).sub_(1)).MoveToOuterDisposeScope();
    }

    public void Dispose() => network.Dispose();
}
