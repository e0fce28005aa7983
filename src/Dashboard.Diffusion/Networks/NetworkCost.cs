using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Networks;

/// <summary>What a network costs, counted from its shape without building it.</summary>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="MultiplyAdds">Multiply-adds of the convolutions, one image, forward.</param>
/// <param name="ActivationBytes">Estimate of what training keeps of one image for the backward pass, at fp32.</param>
public sealed record NetworkCost(long Parameters, long MultiplyAdds, long ActivationBytes)
{
    /// <summary>Counts the residual U-Net of Keras' DDIM example (1,950,627 parameters at widths 32, 64, 96, 128 and depth 2).</summary>
    public static NetworkCost Of(NetworkSpec network, int imageSize)
    {
        var counter = new Counter();
        var widths = network.Widths;
        long side = imageSize;

        counter.Convolution(3, widths[0], 1, side);
        long channels = widths[0] + network.EmbeddingDims;
        var skips = new Stack<long>();
        for (var level = 0; level < widths.Count - 1; level++)
        {
            for (var block = 0; block < network.BlockDepth; block++)
            {
                channels = counter.ResidualBlock(channels, widths[level], side);
                skips.Push(channels);
            }

            side /= 2;
        }

        for (var block = 0; block < network.BlockDepth; block++)
        {
            channels = counter.ResidualBlock(channels, widths[^1], side);
        }

        for (var level = widths.Count - 2; level >= 0; level--)
        {
            side *= 2;
            for (var block = 0; block < network.BlockDepth; block++)
            {
                channels = counter.ResidualBlock(channels + skips.Pop(), widths[level], side);
            }
        }

        counter.Convolution(channels, 3, 1, side);
        return new NetworkCost(counter.Parameters, counter.MultiplyAdds, counter.Activations * sizeof(float));
    }

    private sealed class Counter
    {
        public long Parameters { get; private set; }

        public long MultiplyAdds { get; private set; }

        /// <summary>Numbers that the backward pass needs again.</summary>
        public long Activations { get; private set; }

        public long ResidualBlock(long input, long width, long side)
        {
            if (input != width)
            {
                Convolution(input, width, 1, side);
            }

            Activations += 2 * input * side * side; // the concatenated input and its normalised copy
            Convolution(input, width, 3, side);
            Activations += width * side * side; // before swish
            Convolution(width, width, 3, side);
            return width;
        }

        public void Convolution(long input, long output, long kernel, long side)
        {
            Parameters += (input * output * kernel * kernel) + output;
            MultiplyAdds += input * output * kernel * kernel * side * side;
            Activations += output * side * side;
        }
    }
}
