using System.Diagnostics;
using System.Globalization;
using Dashboard.Diffusion.Networks;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Data;
using Dashboard.Engine.Sampling;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>Trains a diffusion model.</summary>
public static class Trainer
{
    /// <summary>Steps between two looks at the loss; each look waits for the device.</summary>
    private const int StepsPerLook = 20;

    /// <summary>
    /// Runs to the end on the calling thread, which should be one of its own. On cancellation it writes the <c>last</c> checkpoint,
    /// reports it and throws; it reacts within one step.
    /// </summary>
    /// <exception cref="RunFailedException">Diverged, out of memory, disk full or unusable input, in words for the person who queued it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was signalled; the last checkpoint is written.</exception>
    public static void Run(TrainingJob job, CancellationToken stop)
    {
        long? available = null;
        try
        {
            using var scope = NewDisposeScope();
            using var state = TrainingState.Create(job);
            available = state.Meter.Available();
            try
            {
                Train(job, state, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                state.Save(CheckpointKind.Last);
                throw;
            }
        }
        catch (Exception failure) when (Failures.Explain(failure, WhatWouldFit(job.Spec, available)) is { } explained)
        {
            throw explained;
        }
    }

    /// <param name="available">Bytes that were free when the network was built; null if unknown.</param>
    private static string WhatWouldFit(TrainingSpec spec, long? available)
    {
        var wanted = MemoryEstimate.TrainingBytes(spec, spec.BatchSize) >> 20;
        var fitting = available is { } bytes ? MemoryEstimate.LargestBatch(spec, bytes) : 0;
        return $"Training it takes about {wanted:N0} MiB at batchSize {spec.BatchSize}"
            + (available is { } free ? $", {free >> 20:N0} MiB were free. " : ". ")
            + (fitting >= 2 && fitting < spec.BatchSize
                ? $"A batchSize of about {fitting} would fit (with optimizer.accumulatedBatches for the same steps), or lower imageSize or network.widths."
                : "Lower batchSize, imageSize or network.widths.");
    }

    private static void Train(TrainingJob job, TrainingState state, CancellationToken stop)
    {
        var spec = job.Spec;
        var pixels = new PixelBatches(job.Images, state.Device.Torch);
        var imagesPerStep = spec.BatchSize * spec.Optimizer.AccumulatedBatches;
        var stepsPerEpoch = job.Images.Training.Count * spec.Repetitions / imagesPerStep;
        if (stepsPerEpoch == 0)
        {
            throw new RunFailedException(
                $"An epoch of {job.Images.Training.Count * spec.Repetitions} training images does not fill one step of {imagesPerStep}. "
                    + "Lower batchSize or optimizer.accumulatedBatches.",
                FailureKind.Input);
        }

        var steps = (long)spec.Epochs * stepsPerEpoch;
        var imagesPerEpoch = stepsPerEpoch * imagesPerStep;
        var progress = new ProgressMeter(job.Report, (long)spec.Epochs * imagesPerEpoch, imagesPerEpoch);
        var drawing = new ImageDrawing(state.Average, spec, job.Images.Labels, state.Normalizer, state.Device.Torch);
        using var evaluation = new Evaluation(job, state, pixels);
        var sinceCheckpoint = Stopwatch.StartNew();

        // Say what is computed, and where.
        TellFacts(job, state, evaluation, stop);

        while (state.Position.Epoch < spec.Epochs)
        {
            if (state.Position.Phase == EpochPhase.Training)
            {
                var order = pixels.EpochOrder(spec.Seed, state.Position.Epoch, spec.Repetitions);
                using var sums = new LossSums(state.Device.Torch, state.Position.Losses);
                progress.StartTraining();
                while (state.Position.StepInEpoch < stepsPerEpoch)
                {
                    if (stop.IsCancellationRequested)
                    {
                        state.LookAt(sums, job.Report);
                        stop.ThrowIfCancellationRequested();
                    }

                    // Take a batch, mix it with noise, train the network to tell them apart.
                    TrainingStep.Take(job, state, pixels, order.AsSpan(state.Position.StepInEpoch * imagesPerStep, imagesPerStep), steps, sums);
                    progress.Stepped(imagesPerStep, state.Clock);

                    // Look at the loss at first, now and then, and always before it is saved.
                    var checkpointIsDue = sinceCheckpoint.Elapsed.TotalSeconds >= spec.Checkpoint.EverySeconds;
                    var epochEnds = state.Position.StepInEpoch == stepsPerEpoch;
                    if (state.Position.Step == 1 || state.Position.Step % StepsPerLook == 0 || checkpointIsDue || epochEnds)
                    {
                        state.LookAt(sums, epochEnds ? null : job.Report);
                    }

                    // Keep what a crash may cost small.
                    if (checkpointIsDue)
                    {
                        state.Save(CheckpointKind.Last);
                        sinceCheckpoint.Restart();
                    }
                }

                state.Position = state.Position with { Phase = EpochPhase.Measuring };
            }

            progress.StartEvaluation();
            if (state.Position.Phase == EpochPhase.Measuring)
            {
                Measure(job, state, evaluation, drawing, progress, stepsPerEpoch, steps, stop);
                state.Position = state.Position with { Phase = EpochPhase.Drawing };
            }

            // Draw the same seeds as after every epoch.
            if ((state.Position.Epoch + 1) % spec.Samples.EveryEpochs == 0 || state.Position.Epoch + 1 == spec.Epochs)
            {
                progress.Tell(state.Clock, "drawing samples", always: true);
                var samples = new DrawingOrder(DrawingOrder.Range(spec.Samples.FirstSeed, spec.Samples.Count), spec.Samples)
                {
                    Framed = spec.Samples.Framed, Frames = spec.Samples.Frames,
                };
                ImageReports.Draw(drawing, samples, state.Clock, job.Report, _ => progress.Tell(state.Clock, "drawing samples"), stop);
            }

            // Close the epoch.
            progress.EndEvaluation();
            state.Position = state.Position with
            {
                Epoch = state.Position.Epoch + 1, Phase = EpochPhase.Training, StepInEpoch = 0, Losses = LossTotals.Zero,
            };
            state.Save(CheckpointKind.Last);
            sinceCheckpoint.Restart();
            progress.Tell(state.Clock, "training", always: true);
        }
    }

    /// <summary>Validation losses and KID of the averaged network; keeps the checkpoint if the KID is the lowest yet.</summary>
    private static void Measure(
        TrainingJob job,
        TrainingState state,
        Evaluation evaluation,
        ImageDrawing drawing,
        ProgressMeter progress,
        int stepsPerEpoch,
        long steps,
        CancellationToken stop)
    {
        var spec = job.Spec;
        var losses = state.Position.Losses;
        var metrics = new Dictionary<string, double>
        {
            ["train/noise_loss"] = losses.Noise / stepsPerEpoch,
            ["train/image_loss"] = losses.Image / stepsPerEpoch,
            ["train/gradient_norm"] = state.Position.GradientNorm,
            ["train/learning_rate"] = LearningRates.At(spec.Optimizer, state.Position.Step, steps),
        };
        if (spec.LossTarget != Parameterization.Noise || spec.Weighting.Kind != WeightingKind.Uniform)
        {
            metrics["train/loss"] = losses.Objective / stepsPerEpoch;
        }

        for (var quartile = 0; quartile < LossTotals.QuartileCount; quartile++)
        {
            if (losses.QuartileImages[quartile] > 0)
            {
                metrics[$"train/loss_q{quartile + 1}"] = losses.Quartiles[quartile] / losses.QuartileImages[quartile];
            }
        }

        if (progress.ImagesPerSecond > 0)
        {
            metrics["perf/images_per_second"] = progress.ImagesPerSecond;
        }

        if (evaluation.CanValidate)
        {
            progress.Tell(state.Clock, "validating", always: true);
            (metrics["val/noise_loss"], metrics["val/image_loss"]) =
                evaluation.Validate(() => progress.Tell(state.Clock, "validating"), stop);
        }

        var isBest = false;
        var epoch = state.Position.Epoch + 1;
        if (evaluation.Quality.CanMeasure && (epoch % spec.Evaluation.Kid.EveryEpochs == 0 || epoch == spec.Epochs))
        {
            progress.Tell(state.Clock, "measuring KID", always: true);
            var quality = evaluation.Quality.Measure(
                drawing, spec.Evaluation.Kid, _ => progress.Tell(state.Clock, "measuring KID"), stop);
            var kid = quality.Kid;
            (metrics["val/kid"], metrics["val/kid_error"]) = (kid.Value, kid.StandardError);
            if (quality.Fid is { } fid)
            {
                metrics["val/fid"] = fid;
            }

            if (quality.PrecisionRecall is { } manifold)
            {
                (metrics["val/precision"], metrics["val/recall"]) = (manifold.Precision, manifold.Recall);
            }

            isBest = kid.Value < (state.Position.BestKid ?? double.PositiveInfinity);
            state.Position = state.Position with
            {
                Kid = kid.Value, BestKid = isBest ? kid.Value : state.Position.BestKid,
            };
        }

        job.Report(new MetricsEvent(metrics) { Clock = state.Clock });
        Advise(job, state, new EpochSummary(
            epoch,
            metrics["train/noise_loss"],
            metrics.TryGetValue("val/noise_loss", out var validation) ? validation : null,
            metrics.TryGetValue("val/kid", out var measured) ? measured : null));
        if (isBest)
        {
            state.Save(CheckpointKind.Best);
        }
    }

    /// <summary>Tells what is new since the epoch before; an empty text takes advice back.</summary>
    private static void Advise(TrainingJob job, TrainingState state, EpochSummary newest)
    {
        IReadOnlyList<EpochSummary> before = state.Position.Epochs, now = [.. before, newest];
        state.Position = state.Position with { Epochs = now };
        var stepsBefore = state.Position.Step * before.Count / now.Count;
        var known = HealthAdvice.Of(job.Spec, before, job.Images.Training.Count, stepsBefore).ToHashSet();
        foreach (var advice in HealthAdvice.Of(job.Spec, now, job.Images.Training.Count, state.Position.Step))
        {
            if (!known.Contains(advice) && (advice.Text.Length > 0 || before.Count > 0))
            {
                job.Report(new FactEvent($"advice/{advice.Key}", advice.Text) { Clock = state.Clock });
            }
        }
    }

    private static void TellFacts(TrainingJob job, TrainingState state, Evaluation evaluation, CancellationToken stop)
    {
        Fact("device", state.Meter.Description);
        Fact("precision", state.Device.Arithmetic);
        Fact("parameters", state.ParameterCount.ToString(CultureInfo.InvariantCulture));
        Fact("feature_extractor", evaluation.Quality.ExtractorDescription);
        if (evaluation.Quality.CanMeasure)
        {
            var floor = evaluation.Quality.MeasureFloor(stop);
            Fact("kid_protocol", evaluation.Quality.Describe(job.Spec.Evaluation.Kid, floor));
            if (floor is not null)
            {
                Floor("kid", floor.Kid.Value);
                Floor("fid", floor.Fid);
                Floor("precision", floor.PrecisionRecall?.Precision);
                Floor("recall", floor.PrecisionRecall?.Recall);
            }
        }
        else
        {
            job.Report(new LogEvent(RunLogLevel.Warning, "The data set has fewer than two validation images: no KID is measured.") { Clock = state.Clock });
        }

        void Floor(string metric, double? value)
        {
            if (value is { } measured)
            {
                Fact($"{metric}_floor", measured.ToString("G6", CultureInfo.InvariantCulture));
            }
        }

        void Fact(string name, string value) => job.Report(new FactEvent(name, value) { Clock = state.Clock });
    }
}
