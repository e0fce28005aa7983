using System.Globalization;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Randomness;
using Dashboard.Engine.Sampling;
using static TorchSharp.torch;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// Compares generated images with a data set's validation images. What is real, and the seeds of what is generated, are the same
/// at every measurement, so that epochs and samplers compare.
/// </summary>
internal sealed class QualityMeter : IDisposable
{
    private const int FeatureBatchSize = 32;

    private readonly ImageCache images;
    private readonly PixelBatches pixels;
    private readonly ComputeDevice device;
    private readonly long seed;
    private readonly IFeatureExtractor extractor;
    private readonly QualityProtocol protocol;
    private Tensor? realFeatures;

    /// <param name="batchSize">The run's: KID per batch takes batches of it.</param>
    /// <param name="seed">Decides the seeds of generated images and which training images make the floor.</param>
    /// <param name="weightsFolder">Where InceptionV3's weights lie; null where there are none.</param>
    /// <exception cref="Diffusion.Runs.RunFailedException">The extractor's weights are missing or don't fit.</exception>
    public QualityMeter(
        EvaluationSpec wanted, ImageCache images, ComputeDevice device, int batchSize, long seed, string? weightsFolder)
    {
        (this.images, this.device, this.seed) = (images, device, seed);
        pixels = new PixelBatches(images, device.Torch);
        extractor = FeatureExtractors.Create(wanted.Kid.Extractor, device.Torch, weightsFolder);
        var available = wanted.Kid.Images > 0 ? Math.Min(wanted.Kid.Images, images.Validation.Count) : images.Validation.Count;
        protocol = wanted.Kid.Extractor == FeatureExtractor.Inception299
            ? QualityProtocol.OverSubsets(available, wanted.Fid, wanted.PrecisionRecall)
            : QualityProtocol.PerBatch(available, batchSize, wanted.Fid, wanted.PrecisionRecall);
    }

    /// <summary>A KID takes at least two images to compare with.</summary>
    public bool CanMeasure => protocol.CanMeasure;

    public string ExtractorDescription => extractor.Description;

    /// <summary>One sentence without which a KID means nothing.</summary>
    /// <param name="floor">What <see cref="MeasureFloor"/> gave.</param>
    public string Describe(SamplerSpec settings, QualityResult? floor) => string.Create(
        CultureInfo.InvariantCulture,
        $"Unbiased cubic-kernel MMD (KID, not multiplied) of {protocol.Images} validation images against as many generated ones, "
        + $"{protocol.Words}; extractor: {extractor.Description}; images {images.Size}×{images.Size} from the EMA network by "
        + $"{settings.Describe()}")
        + (floor is null ? "." : string.Create(
            CultureInfo.InvariantCulture,
            $"; real training images instead of generated ones give {floor.Kid.Value:F5}"))
        + (floor?.Kid.StandardError is { } error ? string.Create(CultureInfo.InvariantCulture, $" ± {error:F5}.")
            : floor is null ? "" : ".");

    /// <summary>
    /// What a perfect model would reach: as many training images in the place of generated ones, the same ones whenever the run
    /// is resumed.
    /// </summary>
    /// <returns>Null where there are too few training images.</returns>
    public QualityResult? MeasureFloor(CancellationToken stop)
    {
        var training = images.Training.ToArray();
        if (!CanMeasure || training.Length < protocol.Images)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        SeededRandom.Host(seed, RandomPurpose.Kid).Shuffle(training);
        return protocol.Compare(RealFeatures(stop), Features(training.AsSpan(0, protocol.Images), stop));
    }

    /// <summary>Generates as many images as there are real ones and compares their features.</summary>
    /// <param name="onEvaluation">Told after each evaluation of the network how many images it moved on.</param>
    public QualityResult Measure(ImageDrawing drawing, SamplerSpec settings, Action<int> onEvaluation, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var real = RealFeatures(stop);
        var firstSeed = (long)(SeededRandom.SeedOf(seed, RandomPurpose.Kid) >> 16);
        var generated = new List<Tensor>();
        drawing.Draw(
            new DrawingOrder(DrawingOrder.Range(firstSeed, protocol.Images), settings),
            (_, batch) => generated.Add(Extract(batch).MoveToOuterDisposeScope()),
            stop,
            onEvaluation: onEvaluation);
        return protocol.Compare(real, cat(generated));
    }

    public void Dispose()
    {
        realFeatures?.Dispose();
        extractor.Dispose();
    }

    /// <summary>Of the images as the model may show them; computed once, for they stay the same.</summary>
    private Tensor RealFeatures(CancellationToken stop) =>
        realFeatures ??= Features([.. images.Validation.Take(protocol.Images)], stop).DetachFromDisposeScope();

    private Tensor Features(ReadOnlySpan<int> indices, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var features = new List<Tensor>();
        for (var first = 0; first < indices.Length; first += FeatureBatchSize)
        {
            stop.ThrowIfCancellationRequested();
            using var batchScope = NewDisposeScope();
            var batch = indices.Slice(first, Math.Min(FeatureBatchSize, indices.Length - first));
            var real = pixels.Take(batch).to(ScalarType.Float32).div_(255);
            features.Add(Extract(real).MoveToOuterDisposeScope());
        }

        return cat(features).MoveToOuterDisposeScope();
    }

    /// <summary>Features are fp32 whatever the run allows for itself.</summary>
    private Tensor Extract(Tensor batch)
    {
        using var exactly = device.Exactly();
        return extractor.Extract(batch);
    }
}
