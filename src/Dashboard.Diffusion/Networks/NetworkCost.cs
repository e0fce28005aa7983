using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Networks;

/// <summary>What a network costs, counted from its shape without building it.</summary>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="MultiplyAdds">Multiply-adds of convolutions and attention, one image, forward.</param>
/// <param name="ActivationBytes">Estimate of what training keeps of one image for the backward pass, at fp32.</param>
public sealed record NetworkCost(long Parameters, long MultiplyAdds, long ActivationBytes)
{
    /// <summary>Each different convolution of the network, once.</summary>
    public IReadOnlyList<ConvolutionShape> Convolutions { get; private init; } = [];

    /// <summary>Channels and sides of each different self-attention, once.</summary>
    public IReadOnlyList<(long Channels, long Side)> Attentions { get; private init; } = [];

    /// <summary>Without what labels and augmentation add, which is little.</summary>
    public static NetworkCost Of(NetworkSpec network, int imageSize)
    {
        var counter = new Counter();
        if (network.Kind == NetworkKind.AttentionUnet)
        {
            CountAttentionUnet(counter, network, imageSize);
        }
        else
        {
            CountResidualUnet(counter, network, imageSize);
        }

        return new NetworkCost(counter.Parameters, counter.MultiplyAdds, counter.Activations * sizeof(float))
        {
            Convolutions = [.. counter.Convolutions.Distinct()],
            Attentions = [.. counter.Attentions.Distinct()],
        };
    }

    /// <summary>Keras' DDIM example: 1,950,627 parameters at widths 32, 64, 96, 128 and depth 2.</summary>
    private static void CountResidualUnet(Counter counter, NetworkSpec network, int imageSize)
    {
        var widths = network.Widths;
        long side = imageSize;

        counter.Convolution(3, widths[0], 1, side);
        long channels = widths[0] + network.EmbeddingDims;
        var skips = new Stack<long>();
        for (var level = 0; level < widths.Count - 1; level++)
        {
            for (var block = 0; block < network.BlockDepth; block++)
            {
                skips.Push(Block(widths[level]));
            }

            side /= 2;
        }

        for (var block = 0; block < network.BlockDepth; block++)
        {
            Block(widths[^1]);
        }

        for (var level = widths.Count - 2; level >= 0; level--)
        {
            side *= 2;
            for (var block = 0; block < network.BlockDepth; block++)
            {
                channels += skips.Pop();
                Block(widths[level]);
            }
        }

        counter.Convolution(channels, 3, 1, side);

        long Block(int width)
        {
            channels = counter.ResidualBlock(channels, width, side);
            if (network.AttentionResolutions.Contains((int)side))
            {
                counter.Attention(channels, side);
            }

            return channels;
        }
    }

    /// <summary>
    /// Keras' DDPM example: 63,200,387 parameters at widths 64, 128, 256, 512, depth 2 and attention at 16 and 8 pixels.
    /// </summary>
    private static void CountAttentionUnet(Counter counter, NetworkSpec network, int imageSize)
    {
        var widths = network.Widths;
        var dims = network.EmbeddingDims;
        long side = imageSize;

        counter.Dense(dims, dims);
        counter.Dense(dims, dims);
        counter.Convolution(3, widths[0], 3, side);
        long channels = widths[0];
        var skips = new Stack<long>([channels]);
        for (var level = 0; level < widths.Count; level++)
        {
            for (var block = 0; block < network.BlockDepth; block++)
            {
                Block(widths[level]);
                skips.Push(channels);
            }

            if (level < widths.Count - 1)
            {
                side /= 2;
                counter.Convolution(channels, channels, 3, side, stride: 2);
                skips.Push(channels);
            }
        }

        counter.ConditionedBlock(channels, channels, dims, side);
        counter.Attention(channels, side);
        counter.ConditionedBlock(channels, channels, dims, side);

        for (var level = widths.Count - 1; level >= 0; level--)
        {
            for (var block = 0; block <= network.BlockDepth; block++)
            {
                channels += skips.Pop();
                Block(widths[level]);
            }

            if (level > 0)
            {
                side *= 2;
                counter.Convolution(channels, channels, 3, side);
            }
        }

        counter.Norm(channels, side);
        counter.Convolution(channels, 3, 3, side);

        void Block(int width)
        {
            channels = counter.ConditionedBlock(channels, width, dims, side);
            if (network.AttentionResolutions.Contains((int)side))
            {
                counter.Attention(channels, side);
            }
        }
    }

    private sealed class Counter
    {
        public long Parameters { get; private set; }

        public long MultiplyAdds { get; private set; }

        /// <summary>Numbers that the backward pass needs again.</summary>
        public long Activations { get; private set; }

        public List<ConvolutionShape> Convolutions { get; } = [];

        public List<(long Channels, long Side)> Attentions { get; } = [];

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

        /// <summary>Two normalised convolutions with the time's embedding between them.</summary>
        public long ConditionedBlock(long input, long width, long dims, long side)
        {
            if (input != width)
            {
                Convolution(input, width, 1, side);
            }

            Dense(dims, width);
            Norm(input, side);
            Convolution(input, width, 3, side);
            Norm(width, side);
            Convolution(width, width, 3, side);
            return width;
        }

        /// <summary>Self-attention with one head over all pixels.</summary>
        public void Attention(long width, long side)
        {
            Norm(width, side);
            for (var projection = 0; projection < 4; projection++)
            {
                Convolution(width, width, 1, side);
            }

            Attentions.Add((width, side));
            MultiplyAdds += 2 * width * side * side * side * side;
            Activations += 2 * side * side * side * side; // scores before and after the softmax
        }

        /// <summary>GroupNorm with scale and shift, and the swish behind it.</summary>
        public void Norm(long width, long side)
        {
            Parameters += 2 * width;
            Activations += 2 * width * side * side;
        }

        /// <summary>On one vector an image: a 1×1 convolution of one pixel.</summary>
        public void Dense(long input, long output)
        {
            Convolutions.Add(new ConvolutionShape(input, output, 1, 1, 1));
            Parameters += (input * output) + output;
            MultiplyAdds += input * output;
        }

        public void Convolution(long input, long output, long kernel, long side, long stride = 1)
        {
            Convolutions.Add(new ConvolutionShape(input, output, kernel, side, stride));
            Parameters += (input * output * kernel * kernel) + output;
            MultiplyAdds += input * output * kernel * kernel * side * side;
            Activations += output * side * side;
        }
    }
}

/// <param name="Kernel">Rows and columns.</param>
/// <param name="Side">Of the output, pixels.</param>
public sealed record ConvolutionShape(long Inputs, long Outputs, long Kernel, long Side, long Stride);
