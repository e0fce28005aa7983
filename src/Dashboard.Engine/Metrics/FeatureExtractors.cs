using TorchSharp;

namespace Dashboard.Engine.Metrics;

/// <summary>The place where a spec's extractor becomes a network; a further one (InceptionV3) is one more line here.</summary>
internal static class FeatureExtractors
{
    public static IFeatureExtractor Create(Diffusion.Specs.FeatureExtractor kind, torch.Device device) => kind switch
    {
        Diffusion.Specs.FeatureExtractor.Embedded => EmbeddedFeatures.Load(device),
        _ => throw new InvalidOperationException($"unknown feature extractor {kind}"),
    };
}
