using Dashboard.Diffusion.Runs;
using TorchSharp;

namespace Dashboard.Engine.Metrics;

/// <summary>The place where a spec's extractor becomes a network.</summary>
internal static class FeatureExtractors
{
    /// <param name="weightsFolder">Where <see cref="InceptionWeights.FileName"/> lies; the embedded extractor needs none.</param>
    /// <exception cref="RunFailedException">The extractor's weights are missing or don't fit.</exception>
    public static IFeatureExtractor Create(
        Diffusion.Specs.FeatureExtractor kind, torch.Device device, string? weightsFolder) => kind switch
    {
        Diffusion.Specs.FeatureExtractor.Embedded => EmbeddedFeatures.Load(device),
        Diffusion.Specs.FeatureExtractor.Inception75 =>
            InceptionFeatures.At75(InceptionWeights.Load(weightsFolder, device), InceptionWeights.FileName),
        Diffusion.Specs.FeatureExtractor.Inception299 =>
            InceptionFeatures.At299(InceptionWeights.Load(weightsFolder, device), InceptionWeights.FileName),
        _ => throw new InvalidOperationException($"unknown feature extractor {kind}"),
    };
}
