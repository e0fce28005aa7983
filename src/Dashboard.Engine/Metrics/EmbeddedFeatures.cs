using System.Globalization;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Metrics;

/// <summary>The extractor that ships with the program: the pooled last feature map of a CIFAR-10 classifier.</summary>
internal sealed class EmbeddedFeatures : IFeatureExtractor
{
    private const string Resource = "embedded-features.safetensors";

    /// <summary>
    /// Larger images are reduced to this. Reduced to the 32 pixels that the network learned on, noise and light blur of a
    /// 64-pixel image would not show; the last map is pooled over all places, so any size fits.
    /// </summary>
    private const int LargestSize = 64;

    private readonly FeatureNetwork network;

    private EmbeddedFeatures(FeatureNetwork network, double accuracy)
    {
        this.network = network;
        Description = string.Create(
            CultureInfo.InvariantCulture,
            $"embedded CIFAR-10 network ({FeatureNetwork.FeatureCount} features, images of {FeatureNetwork.ImageSize} to "
                + $"{LargestSize} pixels, test accuracy {accuracy:P1})");
    }

    public string Description { get; }

    public static EmbeddedFeatures Load(torch.Device device)
    {
        using var stream = typeof(EmbeddedFeatures).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the resource {Resource} is missing from this build");
        using var file = SafeTensorsFile.Read(stream);
        using var random = new Generator(0);
        using var gradientsOff = no_grad();

        var network = new FeatureNetwork(random);
        foreach (var (name, value) in network.state_dict())
        {
            // What has no entry is the count of batches that BatchNorm saw, which evaluation does not use.
            if (file.Tensors.TryGetValue(name, out var stored))
            {
                using var converted = stored.to(value.dtype);
                value.copy_(converted);
            }
        }

        network.eval();
        network.to(device);
        return new EmbeddedFeatures(network, double.Parse(file.Metadata["test_accuracy"], CultureInfo.InvariantCulture));
    }

    public Tensor Extract(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var side = Math.Clamp(images.shape[2], FeatureNetwork.ImageSize, LargestSize);
        var sized = images.shape[2] == side
            ? images.clone()
            : functional.interpolate(
                images, size: [side, side], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true);
        return network.Features(TensorLayout.ChannelsLast(Normalize(sized))).MoveToOuterDisposeScope();
    }

    /// <summary>RGB bytes, row after row, to what the network learned on.</summary>
    public static Tensor FromPixels(byte[] pixels, int count)
    {
        var bytes = tensor(pixels, [count, FeatureNetwork.ImageSize, FeatureNetwork.ImageSize, 3], ScalarType.Byte);
        return Normalize(bytes.permute(0, 3, 1, 2).to(ScalarType.Float32).div_(255));
    }

    public void Dispose() => network.Dispose();

    /// <param name="images">N×3×32×32 in [0, 1]; changed in place to zero mean and unit spread over CIFAR-10.</param>
    private static Tensor Normalize(Tensor images)
    {
        var mean = tensor([0.4914f, 0.4822f, 0.4465f], device: images.device).view(1, 3, 1, 1);
        var deviation = tensor([0.2470f, 0.2435f, 0.2616f], device: images.device).view(1, 3, 1, 1);
        return images.sub_(mean).div_(deviation);
    }
}
