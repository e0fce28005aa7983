using static TorchSharp.torch;

namespace Dashboard.Engine.Metrics;

/// <summary>Turns images into the vectors that KID compares.</summary>
public interface IFeatureExtractor : IDisposable
{
    /// <summary>Which network at which size, for the protocol that stands beside every KID.</summary>
    string Description { get; }

    /// <param name="images">N×3×S×S in [0, 1], fp32; unchanged.</param>
    /// <returns>N×features, fp32 whatever the precision of the run.</returns>
    Tensor Extract(Tensor images);
}
