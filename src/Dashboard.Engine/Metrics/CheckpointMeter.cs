using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;
using Dashboard.Engine.Sampling;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// Measures what a checkpoint draws with one sampler or another, under the protocol of its run. Give it one thread.
/// </summary>
public sealed class CheckpointMeter : IDisposable
{
    private readonly LoadedModel model;
    private readonly QualityMeter quality;

    private CheckpointMeter(LoadedModel model, QualityMeter quality) => (this.model, this.quality) = (model, quality);

    /// <param name="images">The data set that the checkpoint was trained on, at its size.</param>
    /// <param name="wanted">What to measure; null measures what the run did.</param>
    /// <param name="seed">Decides the seeds of generated images; null takes the run's, whose KID is then met again.</param>
    /// <param name="weightsFolder">Where InceptionV3's weights lie; null where there are none.</param>
    /// <exception cref="RunFailedException">The checkpoint is broken, the images are others, or weights are missing.</exception>
    public static CheckpointMeter Open(
        string path, ImageCache images, EvaluationSpec? wanted, long? seed, Diffusion.Specs.Device device, string? weightsFolder)
    {
        var model = LoadedModel.Load(path, device);
        try
        {
            var (spec, header) = (model.Header.Spec, model.Header);
            if (header.DatasetFingerprint != images.Fingerprint)
            {
                throw new RunFailedException(
                    "These are not the images that the checkpoint was trained on, or the data set has changed since: its KID "
                        + "would say nothing.",
                    FailureKind.Input);
            }

            var quality = new QualityMeter(
                wanted ?? spec.Evaluation, images, model.Device, spec.BatchSize, seed ?? spec.Seed, weightsFolder);
            if (!quality.CanMeasure)
            {
                quality.Dispose();
                throw new RunFailedException(
                    "The data set has fewer than two validation images: no KID can be measured.", FailureKind.Input);
            }

            return new CheckpointMeter(model, quality);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>One sentence without which a value means nothing.</summary>
    public string Describe(SamplerSpec settings) => quality.Describe(settings, floor: null);

    /// <param name="onEvaluation">Told after each evaluation of the network how many images it moved on.</param>
    public QualityResult Measure(SamplerSpec settings, Action<int> onEvaluation, CancellationToken stop) =>
        quality.Measure(model.Drawing, settings, onEvaluation, stop);

    public void Dispose()
    {
        quality.Dispose();
        model.Dispose();
    }
}
