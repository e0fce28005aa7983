using static TorchSharp.torch;

namespace Dashboard.Engine.Metrics;

/// <summary>The extractor that ships with the program: the penultimate layer of a CIFAR-10 classifier at 32×32.</summary>
internal sealed class EmbeddedFeatures
{
    /// <summary>Pixels to what the network learned on: zero mean and unit spread over CIFAR-10, channels-last.</summary>
    public static Tensor FromPixels(byte[] pixels, int count)
    {
        var bytes = tensor(pixels, [count, FeatureNetwork.ImageSize, FeatureNetwork.ImageSize, 3], ScalarType.Byte);
        return Normalise(bytes.permute(0, 3, 1, 2).to(ScalarType.Float32).div_(255));
    }

    /// <param name="images">N×3×32×32 in [0, 1]; changed in place.</param>
    private static Tensor Normalise(Tensor images)
    {
        // Mean and standard deviation of CIFAR-10's training split.
        var mean = tensor([0.4914f, 0.4822f, 0.4465f], device: images.device).view(1, 3, 1, 1);
        var deviation = tensor([0.2470f, 0.2435f, 0.2616f], device: images.device).view(1, 3, 1, 1);
        return images.sub_(mean).div_(deviation);
    }
}
