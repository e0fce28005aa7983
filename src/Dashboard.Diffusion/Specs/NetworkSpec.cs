namespace Dashboard.Diffusion.Specs;

public sealed record NetworkSpec
{
    [Field("Architecture", "Self-attention sees the whole image at once and costs far more.")]
    public required NetworkKind Kind { get; init; }

    /// <summary>Channels per resolution, from the image's own downwards; each further entry halves the resolution.</summary>
    [Field("Widths", "Channels per resolution, finest first. Each further number halves the resolution once more.")]
    [Within(1, 4096)]
    [Entries(1, 8)]
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Residual blocks per resolution.</summary>
    [Field("Block depth", "Residual blocks per resolution.")]
    [Within(1, 16)]
    public required int BlockDepth { get; init; }

    /// <summary>
    /// Channels of the sinusoidal embedding that tells how noisy the input is, even: of the noise variance in the residual U-Net,
    /// of the time in the attention U-Net.
    /// </summary>
    [Field("Embedding size", "Channels of the noise level embedding. Must be even.", Advanced = true)]
    [Within(2, 1024)]
    public required int EmbeddingDims { get; init; }

    /// <summary>
    /// How many times the embedding's highest frequency is its lowest: 1 to this in the residual U-Net,
    /// 1 / this to 1 for each of 1,000 steps in the attention U-Net.
    /// </summary>
    [Field(
        "Highest frequency",
        "Highest frequency of the noise level embedding: how finely noise levels are told apart.",
        Advanced = true)]
    [Within(1.0, 1e6)]
    public required double EmbeddingMaxFrequency { get; init; }

    /// <summary>Sides in pixels at which every block is followed by self-attention.</summary>
    [Field(
        "Attention resolutions",
        "Sides in pixels at which blocks attend to the whole image, such as 16, 8.",
        Advanced = true, Nothing = "none")]
    [Entries(0, 8, Distinct = true)]
    public IReadOnlyList<int> AttentionResolutions { get; init; } = [];

    /// <summary>Share of activations left out before each block's second convolution while training.</summary>
    [Field(
        "Dropout",
        "Share of activations dropped while training, against overfitting. 0.1 is usual.",
        Advanced = true, Nothing = "none")]
    [Within(0, 0.9)]
    public double Dropout { get; init; }

    /// <summary>Groups of GroupNorm in the attention U-Net; divides every width.</summary>
    [Field("Norm groups", "Groups of GroupNorm. Must divide every width.", Advanced = true)]
    [Within(1, 64)]
    [ShownWhen(nameof(Kind), NetworkKind.AttentionUnet)]
    public int NormGroups { get; init; } = 8;
}

public enum NetworkKind
{
    /// <summary>The residual U-Net of Keras' DDIM example.</summary>
    [Word("Residual U-Net (small, fast)")]
    ResidualUnet,

    /// <summary>The U-Net with self-attention of Keras' DDPM example.</summary>
    [Word("Attention U-Net (large, needs a GPU)")]
    AttentionUnet,
}
