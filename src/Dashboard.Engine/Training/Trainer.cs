using System.Diagnostics;
using System.Globalization;
using Dashboard.Diffusion.Networks;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Data;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Sampling;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>Trains a diffusion model: epochs of optimizer steps, each followed by measuring and drawing.</summary>
public sealed class Trainer : IDisposable
{
    /// <summary>Steps between two looks at the loss; each look waits for the device.</summary>
    private const int StepsPerLook = 20;

    private readonly TrainingJob job;
    private readonly TrainingSpec spec;
    private readonly TrainingState state;
    private readonly CancellationToken stop;
    private readonly RunLength length;
    private readonly PixelBatches pixels;
    private readonly TrainingStep step;
    private readonly ProgressMeter progress;
    private readonly ImageDrawing drawing;
    private readonly Evaluation evaluation;
    private readonly Advisor advisor;
    private readonly Stopwatch sinceCheckpoint = Stopwatch.StartNew();

    private Trainer(TrainingJob job, TrainingState state, CancellationToken stop)
    {
        (this.job, this.state, this.stop) = (job, state, stop);
        spec = job.Spec;
        length = job.Length();
        pixels = new PixelBatches(job.Images, state.Device.Torch);
        step = new TrainingStep(spec, state, pixels, length.Steps);
        progress = new ProgressMeter(job.Report, length);
        drawing = new ImageDrawing(state.Average, spec, job.Images.Labels, state.Normalizer, state.Device.Torch);
        evaluation = new Evaluation(job, state, pixels, drawing, progress);
        advisor = new Advisor(job, state);
    }

    /// <summary>
    /// Runs to the end on the calling thread, which should be one of its own. On cancellation it writes the <c>last</c>
    /// checkpoint, reports it and throws; it reacts within one step.
    /// </summary>
    /// <exception cref="RunFailedException">
    /// Diverged, out of memory, disk full or unusable input, in words for the person who queued it.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was signalled; the last checkpoint is
    /// written.</exception>
    public static void Run(TrainingJob job, CancellationToken stop)
    {
        long? available = null;
        TrainingState? reached = null;
        try
        {
            using var scope = NewDisposeScope();
            using var state = TrainingState.Create(job);
            (available, reached) = (state.Meter.Available(), state);
            try
            {
                using var trainer = new Trainer(job, state, stop);
                trainer.Train();
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                state.Save(CheckpointKind.Last);
                throw;
            }
        }
        catch (Exception failure)
            when (Failures.Explain(failure, WhatWouldFit(job.Spec, available), reached?.Saved) is { } explained)
        {
            throw explained;
        }
    }

    public void Dispose() => evaluation.Dispose();

    private void Train()
    {
        Describe();
        while (state.Position.Epoch < spec.Epochs)
        {
            if (state.Position.Phase == EpochPhase.Training)
            {
                TakeSteps();
                state.Position = state.Position with { Phase = EpochPhase.Measuring };
            }

            progress.StartEvaluation();
            if (state.Position.Phase == EpochPhase.Measuring)
            {
                Measure();
                state.Position = state.Position with { Phase = EpochPhase.Drawing };
            }

            if (IsDue(spec.Samples.EveryEpochs))
            {
                DrawSamples();
            }

            progress.EndEvaluation();
            CloseEpoch();
        }
    }

    /// <summary>Says what is computed, and where.</summary>
    private void Describe()
    {
        Fact("device", state.Meter.Description);
        Fact("precision", state.Device.Arithmetic);
        if (ArithmeticReport.FromEnvironment() is { } report)
        {
            Fact("arithmetic", report.Summary);
        }

        if (SlowerPaths.Of(state.Device).Advice(spec.Precision) is { } slower)
        {
            job.Report(slower with { Clock = state.Clock });
        }

        Fact("parameters", state.ParameterCount.ToString(CultureInfo.InvariantCulture));
        evaluation.Describe(stop);

        void Fact(string name, string value) => job.Report(new FactEvent(name, value) { Clock = state.Clock });
    }

    /// <summary>The epoch's optimizer steps, from where a checkpoint left off.</summary>
    private void TakeSteps()
    {
        var order = pixels.EpochOrder(spec.Seed, state.Position.Epoch, spec.Repetitions);
        using var sums = new LossSums(state.Device.Torch, state.Position.Losses);
        progress.StartTraining();
        while (state.Position.StepInEpoch < length.StepsPerEpoch)
        {
            if (stop.IsCancellationRequested)
            {
                state.LookAt(sums, job.Report);
                stop.ThrowIfCancellationRequested();
            }

            // Take a batch, mix it with noise, train the network to tell them apart.
            var images = order.AsSpan(state.Position.StepInEpoch * length.ImagesPerStep, length.ImagesPerStep);
            step.Take(images, sums);
            progress.Stepped(length.ImagesPerStep, state.Clock);

            // Look at the loss after the first step, now and then, and always before it is saved.
            var checkpointIsDue = sinceCheckpoint.Elapsed.TotalSeconds >= spec.Checkpoint.EverySeconds;
            var epochEnds = state.Position.StepInEpoch == length.StepsPerEpoch;
            if (state.Position.Step == 1 || state.Position.Step % StepsPerLook == 0 || checkpointIsDue || epochEnds)
            {
                state.LookAt(sums, epochEnds ? null : job.Report);
            }

            // A crash costs no more than what came since the last checkpoint.
            if (checkpointIsDue)
            {
                Save();
            }
        }
    }

    /// <summary>
    /// Reports the epoch's losses and the averaged network's quality; keeps the checkpoint with the lowest KID.
    /// </summary>
    private void Measure()
    {
        var metrics = TrainingMetrics();
        if (evaluation.CanValidate)
        {
            evaluation.Validate(metrics, stop);
        }

        var isBest = evaluation.Quality.CanMeasure
            && IsDue(spec.Evaluation.Kid.EveryEpochs)
            && evaluation.MeasureQuality(metrics, stop);
        job.Report(new MetricsEvent(metrics) { Clock = state.Clock });
        advisor.Advise(metrics);
        if (isBest)
        {
            state.Save(CheckpointKind.Best);
        }
    }

    /// <summary>Means over the epoch's steps.</summary>
    private Dictionary<string, double> TrainingMetrics()
    {
        var losses = state.Position.Losses;
        var metrics = new Dictionary<string, double>
        {
            [RunMetrics.NoiseLoss.Name] = losses.Noise / length.StepsPerEpoch,
            [RunMetrics.ImageLoss.Name] = losses.Image / length.StepsPerEpoch,
            [RunMetrics.GradientNorm.Name] = state.Position.GradientNorm,
            [RunMetrics.LearningRate.Name] = LearningRates.At(spec.Optimizer, state.Position.Step, length.Steps),
        };
        if (spec.LossTarget != Parameterization.Noise || spec.Weighting.Kind != WeightingKind.Uniform)
        {
            metrics[RunMetrics.Loss.Name] = losses.Objective / length.StepsPerEpoch;
        }

        foreach (var (band, metric) in RunMetrics.LossBands.Index())
        {
            if (losses.QuartileImages[band] > 0)
            {
                metrics[metric.Name] = losses.Quartiles[band] / losses.QuartileImages[band];
            }
        }

        if (progress.ImagesPerSecond > 0)
        {
            metrics[RunMetrics.Speed.Name] = progress.ImagesPerSecond;
        }

        return metrics;
    }

    /// <summary>Draws the same seeds after every epoch.</summary>
    private void DrawSamples()
    {
        progress.Tell(state.Clock, "drawing samples", always: true);
        var samples = new DrawingOrder(DrawingOrder.Range(spec.Samples.FirstSeed, spec.Samples.Count), spec.Samples)
        {
            Framed = spec.Samples.Framed, Frames = spec.Samples.Frames,
        };
        ImageReports.Draw(drawing, samples, state.Clock, job.Report, _ => progress.Tell(state.Clock, "drawing samples"), stop);
    }

    private void CloseEpoch()
    {
        state.Position = state.Position with
        {
            Epoch = state.Position.Epoch + 1, Phase = EpochPhase.Training, StepInEpoch = 0, Losses = LossTotals.Zero,
        };
        Save();
        progress.Tell(state.Clock, "training", always: true);
    }

    private void Save()
    {
        state.Save(CheckpointKind.Last);
        sinceCheckpoint.Restart();
    }

    /// <summary>Whether something that happens every so many epochs, and after the last, happens after this one.</summary>
    private bool IsDue(int everyEpochs)
    {
        var epoch = state.Position.Epoch + 1;
        return epoch % everyEpochs == 0 || epoch == spec.Epochs;
    }

    /// <param name="available">Bytes that were free when the network was built; null if unknown.</param>
    private static string WhatWouldFit(TrainingSpec spec, long? available)
    {
        var wanted = MemoryEstimate.TrainingBytes(spec, spec.BatchSize) >> 20;
        var fitting = available is { } bytes ? MemoryEstimate.LargestBatch(spec, bytes) : 0;
        return $"Training it takes about {wanted:N0} MiB at batchSize {spec.BatchSize}"
            + (available is { } free ? $", {free >> 20:N0} MiB were free. " : ". ")
            + (fitting >= 2 && fitting < spec.BatchSize
                ? $"A batchSize of about {fitting} would fit (with optimizer.accumulatedBatches for the same steps), "
                    + "or lower imageSize or network.widths."
                : "Lower batchSize, imageSize or network.widths.");
    }
}
