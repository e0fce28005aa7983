using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Data;
using Dashboard.Engine.Metrics;
using Dashboard.Engine.Randomness;
using Dashboard.Engine.Sampling;
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
    private readonly ImageDrawing drawing;
    private readonly ProgressMeter progress;
    private readonly int[] validation;

    public Evaluation(TrainingJob job, TrainingState state, PixelBatches pixels, ImageDrawing drawing, ProgressMeter progress)
    {
        (this.job, this.state, this.pixels, this.drawing, this.progress) = (job, state, pixels, drawing, progress);
        validation = [.. job.Images.Validation];
        var spec = job.Spec;
        Quality = new QualityMeter(spec.Evaluation, job.Images, state.Device, spec.BatchSize, spec.Seed, job.WeightsFolder);
    }

    public QualityMeter Quality { get; }

    public bool CanValidate => validation.Length > 0;

    /// <summary>Reports how quality is measured, and what real images reach.</summary>
    public void Describe(CancellationToken stop)
    {
        Report(new FactEvent("feature_extractor", Quality.ExtractorDescription));
        if (!Quality.CanMeasure)
        {
            Report(new LogEvent(RunLogLevel.Warning, "The data set has fewer than two validation images: no KID is measured."));
            return;
        }

        var floor = Quality.MeasureFloor(stop);
        Report(new FactEvent("kid_protocol", Quality.Describe(job.Spec.Evaluation.Kid, floor)));
        if (floor is not null)
        {
            foreach (var (metric, value) in floor.Values.Where(pair => pair.Metric.HasFloor))
            {
                Report(new FloorEvent(metric.Name, value));
            }
        }

        void Report(RunEvent told) => job.Report(told with { Clock = state.Clock });
    }

    /// <summary>Mean losses on noise and image over the whole split, its last partial batch included.</summary>
    /// <param name="metrics">Receives them.</param>
    public void Validate(Dictionary<string, double> metrics, CancellationToken stop)
    {
        progress.Tell(state.Clock, "validating", always: true);
        using var gradientsOff = no_grad();
        using var sums = new LossSums(state.Device.Torch);
        var batchSize = job.Spec.BatchSize;
        for (var first = 0; first < validation.Length; first += batchSize)
        {
            stop.ThrowIfCancellationRequested();
            progress.Tell(state.Clock, "validating");
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
        metrics[RunMetrics.ValidationNoiseLoss.Name] = totals.Noise / validation.Length;
        metrics[RunMetrics.ValidationImageLoss.Name] = totals.Image / validation.Length;
    }

    /// <summary>KID of generated images, and what else the run asks for.</summary>
    /// <param name="metrics">Receives them.</param>
    /// <returns>Whether the KID is the lowest of the run so far.</returns>
    public bool MeasureQuality(Dictionary<string, double> metrics, CancellationToken stop)
    {
        progress.Tell(state.Clock, "measuring KID", always: true);
        var quality = Quality.Measure(drawing, job.Spec.Evaluation.Kid, _ => progress.Tell(state.Clock, "measuring KID"), stop);
        foreach (var (metric, value) in quality.Values)
        {
            metrics[metric.Name] = value;
        }

        var kid = quality.Kid.Value;
        var isBest = kid < (state.Position.BestKid ?? double.PositiveInfinity);
        state.Position = state.Position with { Kid = kid, BestKid = isBest ? kid : state.Position.BestKid };
        return isBest;
    }

    public void Dispose() => Quality.Dispose();
}
