using Dashboard.Engine.Data;
using Dashboard.Engine.Metrics;
using Dashboard.Engine.Randomness;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>
/// What is measured after each epoch, on the validation split and the averaged network. Noise, times and seeds are the same after
/// every epoch, so that epochs compare.
/// </summary>
internal sealed class Evaluation : IDisposable
{
    private readonly TrainingJob job;
    private readonly TrainingState state;
    private readonly PixelBatches pixels;
    private readonly int[] validation;

    public Evaluation(TrainingJob job, TrainingState state, PixelBatches pixels)
    {
        (this.job, this.state, this.pixels) = (job, state, pixels);
        validation = [.. job.Images.Validation];
        Quality = new QualityMeter(job.Spec.Evaluation, job.Images, state.Device, job.Spec.BatchSize, job.Spec.Seed, job.WeightsFolder);
    }

    public QualityMeter Quality { get; }

    public bool CanValidate => validation.Length > 0;

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

    public void Dispose() => Quality.Dispose();
}
