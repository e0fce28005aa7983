using System.Globalization;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Metrics;
using Dashboard.Engine.Sampling;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>
/// What is measured after each epoch, on the validation split and the averaged network. Noise, times and seeds are the same after
/// every epoch, so that epochs compare.
/// </summary>
internal sealed class Evaluation : IDisposable
{
    private const int FeatureBatchSize = 32;

    private readonly TrainingJob job;
    private readonly TrainingState state;
    private readonly PixelBatches pixels;
    private readonly int[] validation;
    private readonly IFeatureExtractor extractor;
    private readonly QualityProtocol protocol;
    private Tensor? realFeatures;

    public Evaluation(TrainingJob job, TrainingState state, PixelBatches pixels)
    {
        (this.job, this.state, this.pixels) = (job, state, pixels);
        validation = [.. job.Images.Validation];
        var wanted = job.Spec.Evaluation;
        extractor = FeatureExtractors.Create(wanted.Kid.Extractor, state.Device.Torch, job.WeightsFolder);
        var available = wanted.Kid.Images > 0 ? Math.Min(wanted.Kid.Images, validation.Length) : validation.Length;
        protocol = wanted.Kid.Extractor == FeatureExtractor.Inception299
            ? QualityProtocol.OverSubsets(available, wanted.Fid, wanted.PrecisionRecall)
            : QualityProtocol.PerBatch(available, job.Spec.BatchSize, wanted.Fid, wanted.PrecisionRecall);
    }

    /// <summary>A KID takes at least two images to compare with.</summary>
    public bool CanMeasureKid => protocol.CanMeasure;

    public bool CanValidate => validation.Length > 0;

    public string ExtractorDescription => extractor.Description;

    /// <summary>One sentence without which a KID means nothing.</summary>
    /// <param name="floor">What <see cref="MeasureFloor"/> gave.</param>
    public string KidProtocol(QualityResult? floor) => string.Create(
        CultureInfo.InvariantCulture,
        $"Unbiased cubic-kernel MMD (KID, not multiplied) of {protocol.Images} validation images against as many generated ones, "
        + $"{protocol.Words}; extractor: {extractor.Description}; images {job.Images.Size}×{job.Images.Size} from the EMA network by "
        + $"{job.Spec.Evaluation.Kid.Sampler}, {job.Spec.Evaluation.Kid.Evaluations} evaluations, clip {job.Spec.Evaluation.Kid.Clip}")
        + (floor is null ? "." : string.Create(
            CultureInfo.InvariantCulture, $"; real training images instead of generated ones give {floor.Kid.Value:F5} ± {floor.Kid.StandardError:F5}."));

    /// <summary>
    /// What a perfect model would reach: as many training images in the place of generated ones, the same ones whenever the run is
    /// resumed.
    /// </summary>
    /// <returns>Null where there are too few training images.</returns>
    public QualityResult? MeasureFloor(CancellationToken stop)
    {
        var training = job.Images.Training.ToArray();
        if (!CanMeasureKid || training.Length < protocol.Images)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        SeededRandom.Host(job.Spec.Seed, RandomPurpose.Kid).Shuffle(training);
        return protocol.Compare(RealFeatures(stop), Features(training.AsSpan(0, protocol.Images), stop));
    }

    /// <summary>Mean loss on noise and image over the whole split, its last partial batch included.</summary>
    /// <param name="onBatch">Called before each batch.</param>
    public (double Noise, double Image) Validate(Action onBatch, CancellationToken stop)
    {
        using var gradientsOff = no_grad();
        using var sums = new LossSums(state.Device.Torch);
        var batchSize = job.Spec.BatchSize;
        for (var first = 0; first < validation.Length; first += batchSize)
        {
            stop.ThrowIfCancellationRequested();
            onBatch();
            using var scope = NewDisposeScope();
            var count = Math.Min(batchSize, validation.Length - first);
            var random = SeededRandom.Host(job.Spec.Seed, RandomPurpose.Validation, first);
            var images = state.Normalizer.Normalize(pixels.Take(validation.AsSpan(first, count)));
            var batch = new NoisyBatch(
                job.Spec,
                state.Schedule,
                images,
                state.TimeSampler.Draw(random, count),
                SeededRandom.SeedOf(job.Spec.Seed, RandomPurpose.Validation, first),
                job.Spec.Labels.Enabled ? pixels.TakeLabels(validation.AsSpan(first, count), hidden: null) : null);
            sums.Add(batch.Losses(state.Average), count);
        }

        var totals = sums.Read();
        return (totals.Noise / validation.Length, totals.Image / validation.Length);
    }

    /// <summary>Generates as many images as there are real ones and compares their features.</summary>
    /// <param name="onEvaluation">Called after each evaluation of the network.</param>
    public QualityResult MeasureQuality(ImageDrawing drawing, Action onEvaluation, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var real = RealFeatures(stop);
        var firstSeed = (long)(SeededRandom.SeedOf(job.Spec.Seed, RandomPurpose.Kid) >> 16);
        var generated = new List<Tensor>();
        drawing.Draw(
            new DrawingOrder(DrawingOrder.Range(firstSeed, protocol.Images), job.Spec.Evaluation.Kid.Settings),
            (_, images) => generated.Add(Extract(images).MoveToOuterDisposeScope()),
            stop,
            onEvaluation: _ => onEvaluation());
        return protocol.Compare(real, cat(generated));
    }

    public void Dispose()
    {
        realFeatures?.Dispose();
        extractor.Dispose();
    }

    /// <summary>Of the images as the model may show them; computed once, for they stay the same.</summary>
    private Tensor RealFeatures(CancellationToken stop) =>
        realFeatures ??= Features(validation.AsSpan(0, protocol.Images), stop).DetachFromDisposeScope();

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
    private Tensor Extract(Tensor images)
    {
        using var exactly = state.Device.Exactly();
        return extractor.Extract(images);
    }
}
