namespace Dashboard.Diffusion.Specs;

public sealed record NetworkSpec
{
    public required NetworkKind Kind { get; init; }

    /// <summary>Channels per resolution, from the image's own downwards; each further entry halves the resolution.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Residual blocks per resolution.</summary>
    public required int BlockDepth { get; init; }

    /// <summary>
    /// Channels of the sinusoidal embedding that tells how noisy the input is, even: of the noise variance in the residual U-Net,
    /// of the time in the attention U-Net.
    /// </summary>
    public required int EmbeddingDims { get; init; }

    /// <summary>
    /// How many times the embedding's highest frequency is its lowest: 1 to this in the residual U-Net,
    /// 1 / this to 1 for each of 1,000 steps in the attention U-Net.
    /// </summary>
    public required double EmbeddingMaxFrequency { get; init; }

    /// <summary>Sides in pixels at which every block is followed by self-attention.</summary>
    public IReadOnlyList<int> AttentionResolutions { get; init; } = [];

    /// <summary>Share of activations left out before each block's second convolution while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Groups of GroupNorm in the attention U-Net; divides every width.</summary>
    public int NormGroups { get; init; } = 8;
}

public enum NetworkKind
{
    /// <summary>The residual U-Net of Keras' DDIM example.</summary>
    ResidualUnet,

    /// <summary>The U-Net with self-attention of Keras' DDPM example.</summary>
    AttentionUnet,
}
