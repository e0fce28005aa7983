using Dashboard.Diffusion.Runs;
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
    private readonly int kidBatchSize, kidImages;
    private Tensor? realFeatures;

    public Evaluation(TrainingJob job, TrainingState state, PixelBatches pixels)
    {
        (this.job, this.state, this.pixels) = (job, state, pixels);
        validation = [.. job.Images.Validation];
        extractor = FeatureExtractors.Create(job.Spec.Evaluation.Kid.Extractor, state.Device.Torch);

        // The reference measures each validation batch and drops the last, partial one.
        var wanted = job.Spec.Evaluation.Kid.Images;
        var available = wanted > 0 ? Math.Min(wanted, validation.Length) : validation.Length;
        kidBatchSize = Math.Min(job.Spec.BatchSize, available);
        kidImages = kidBatchSize < 2 ? 0 : available / kidBatchSize * kidBatchSize;
    }

    /// <summary>A KID takes at least two images to compare with.</summary>
    public bool CanMeasureKid => kidImages > 0;

    public bool CanValidate => validation.Length > 0;

    public string ExtractorDescription => extractor.Description;

    /// <summary>One sentence without which a KID means nothing.</summary>
    public string KidProtocol =>
        $"Unbiased cubic-kernel MMD (KID, not multiplied) of {kidImages} validation images against as many generated ones, "
        + $"mean over {(CanMeasureKid ? kidImages / kidBatchSize : 0)} batches of {kidBatchSize}; extractor: {extractor.Description}; "
        + $"images {job.Images.Size}×{job.Images.Size} from the EMA network by DDIM, eta 0, {job.Spec.Evaluation.Kid.Evaluations} evaluations.";

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
            var batch = NoisyBatch.Create(
                images,
                [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())],
                state.Schedule,
                SeededRandom.SeedOf(job.Spec.Seed, RandomPurpose.Validation, first));
            sums.Add(batch.Losses(state.Average, job.Spec.Loss), count);
        }

        var (noise, image) = sums.Read();
        return (noise / validation.Length, image / validation.Length);
    }

    /// <summary>Generates as many images as there are real ones and compares their features batch by batch.</summary>
    /// <param name="onEvaluation">Called after each evaluation of the network.</param>
    public KidResult MeasureKid(ImageDrawing drawing, Action onEvaluation, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        realFeatures ??= RealFeatures(stop).DetachFromDisposeScope();

        var firstSeed = (long)(SeededRandom.SeedOf(job.Spec.Seed, RandomPurpose.Kid) >> 16);
        var generated = new List<Tensor>();
        drawing.Draw(
            DrawingOrder.Range(firstSeed, kidImages),
            job.Spec.Evaluation.Kid.Evaluations,
            eta: 0,
            (_, images) => generated.Add(extractor.Extract(images).MoveToOuterDisposeScope()),
            stop,
            onEvaluation: _ => onEvaluation());
        return Kid.OfBatches(realFeatures, cat(generated), kidBatchSize);
    }

    public void Dispose()
    {
        realFeatures?.Dispose();
        extractor.Dispose();
    }

    /// <summary>Of the images as the model may show them; computed once, for they stay the same.</summary>
    private Tensor RealFeatures(CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var features = new List<Tensor>();
        foreach (var batch in validation.Take(kidImages).Chunk(FeatureBatchSize))
        {
            stop.ThrowIfCancellationRequested();
            using var batchScope = NewDisposeScope();
            var real = pixels.Take(batch).to(ScalarType.Float32).div_(255);
            features.Add(extractor.Extract(real).MoveToOuterDisposeScope());
        }

        return cat(features).MoveToOuterDisposeScope();
    }
}
