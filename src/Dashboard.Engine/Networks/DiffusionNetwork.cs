using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>Answers noisy images with the noise, the image or the velocity in them, as it was trained to.</summary>
internal abstract class DiffusionNetwork(string name) : Module(name)
{
    /// <param name="noisyImages">N×3×S×S in fp32, channels-last.</param>
    /// <returns>In the shape and type of <paramref name="noisyImages"/>.</returns>
    public abstract Tensor Predict(Tensor noisyImages, Conditions conditions);
}
