namespace Dashboard.Diffusion.Specs;

/// <summary>What the network predicts, and what a loss compares.</summary>
public enum Parameterization
{
    /// <summary>ε, the noise.</summary>
    [Word("ε (noise)")]
    Noise,

    /// <summary>x₀, the image.</summary>
    [Word("x₀ (image)")]
    Image,

    /// <summary>v = signal·ε − noise·x₀ (Salimans &amp; Ho 2022).</summary>
    [Word("v (velocity)")]
    Velocity,
}
