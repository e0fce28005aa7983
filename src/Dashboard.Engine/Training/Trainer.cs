using System.Diagnostics;
using System.Globalization;
using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Checkpoints;
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
        try
        {
            using var scope = NewDisposeScope();
            using var state = TrainingState.Create(job);
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
        catch (Exception failure) when (Failures.Explain(failure, "Lower the batch size, the image size or the network's widths.") is { } explained)
        {
            throw explained;
        }
    }

    private static void Train(TrainingJob job, TrainingState state, CancellationToken stop)
    {
        var spec = job.Spec;
        var pixels = new PixelBatches(job.Images, state.Device.Torch);
        var stepsPerEpoch = job.Images.Training.Count * spec.Repetitions / spec.BatchSize;
        if (stepsPerEpoch == 0)
        {
            throw new RunFailedException(
                $"An epoch of {job.Images.Training.Count * spec.Repetitions} training images does not fill one batch of {spec.BatchSize}. Lower the batch size.",
                FailureKind.Input);
        }

        var imagesPerEpoch = stepsPerEpoch * spec.BatchSize;
        var progress = new ProgressMeter(job.Report, (long)spec.Epochs * imagesPerEpoch, imagesPerEpoch);
        var drawing = new ImageDrawing(state.Average, state.Normalizer, state.Schedule, spec.ImageSize, state.Device.Torch);
        using var evaluation = new Evaluation(job, state, pixels);
        var sinceCheckpoint = Stopwatch.StartNew();

        // Say what is computed, and where.
        TellFacts(job, state, evaluation);

        while (state.Position.Epoch < spec.Epochs)
        {
            if (state.Position.Phase == EpochPhase.Training)
            {
                var order = pixels.EpochOrder(spec.Seed, state.Position.Epoch, spec.Repetitions);
                using var sums = new LossSums(state.Device.Torch, state.Position.NoiseLossSum, state.Position.ImageLossSum);
                progress.StartTraining();
                while (state.Position.StepInEpoch < stepsPerEpoch)
                {
                    if (stop.IsCancellationRequested)
                    {
                        state.LookAt(sums, job.Report);
                        stop.ThrowIfCancellationRequested();
                    }

                    // Take a batch, mix it with noise, train the network to tell them apart.
                    Step(job, state, pixels, order.AsSpan(state.Position.StepInEpoch * spec.BatchSize, spec.BatchSize), sums);
                    progress.Stepped(spec.BatchSize, state.Clock);

                    // Look at the loss now and then, and always before it is saved.
                    var checkpointIsDue = sinceCheckpoint.Elapsed.TotalSeconds >= spec.Checkpoint.EverySeconds;
                    var epochEnds = state.Position.StepInEpoch == stepsPerEpoch;
                    if (state.Position.Step % StepsPerLook == 0 || checkpointIsDue || epochEnds)
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
                Measure(job, state, evaluation, drawing, progress, stepsPerEpoch, stop);
                state.Position = state.Position with { Phase = EpochPhase.Drawing };
            }

            // Draw the same seeds as after every epoch.
            if ((state.Position.Epoch + 1) % spec.Samples.EveryEpochs == 0 || state.Position.Epoch + 1 == spec.Epochs)
            {
                progress.Tell(state.Clock, "drawing samples", always: true);
                var samples = new DrawingOrder(
                    DrawingOrder.Range(spec.Samples.FirstSeed, spec.Samples.Count),
                    Diffusion.Specs.Sampler.Ddim,
                    spec.Samples.Evaluations,
                    Eta: 0,
                    spec.Samples.Framed,
                    spec.Samples.Frames);
                ImageReports.Draw(drawing, samples, state.Clock, job.Report, _ => progress.Tell(state.Clock, "drawing samples"), stop);
            }

            // Close the epoch.
            progress.EndEvaluation();
            state.Position = state.Position with
            {
                Epoch = state.Position.Epoch + 1, Phase = EpochPhase.Training, StepInEpoch = 0, NoiseLossSum = 0, ImageLossSum = 0,
            };
            state.Save(CheckpointKind.Last);
            sinceCheckpoint.Restart();
            progress.Tell(state.Clock, "training", always: true);
        }
    }

    /// <summary>One optimizer step. Nothing in it waits for the device.</summary>
    internal static void Step(TrainingJob job, TrainingState state, PixelBatches pixels, ReadOnlySpan<int> indices, LossSums sums)
    {
        var spec = job.Spec;
        using var scope = NewDisposeScope();

        // All randomness of a step is a function of the run's seed and the step.
        var random = SeededRandom.Host(spec.Seed, RandomPurpose.TrainingStep, state.Position.Step);
        var times = Enumerable.Range(0, indices.Length).Select(_ => random.NextDouble()).ToArray();
        var mirrored = Enumerable.Range(0, indices.Length).Select(_ => random.Next(2) == 1).ToArray();

        // Forward; its intermediates go, except what the gradient needs.
        (Tensor Noise, Tensor Image) losses;
        using (var forward = NewDisposeScope())
        {
            var images = state.Normalizer.Normalize(pixels.Take(indices));
            images = spec.HorizontalFlip ? PixelBatches.Flip(images, mirrored) : images;
            var batch = NoisyBatch.Create(
                images, times, state.Schedule, SeededRandom.SeedOf(spec.Seed, RandomPurpose.TrainingStep, state.Position.Step));
            losses = batch.Losses(state.Network, spec.Loss);
            losses.Noise.MoveToOuterDisposeScope();
            losses.Image.MoveToOuterDisposeScope();
        }

        // Backward.
        losses.Noise.backward();

        // Update weights, then their average.
        var step = state.Position.Step + 1;
        state.Optimizer.Step(step);
        state.Follower.Follow(state.Values, step);
        sums.Add(losses);
        state.Position = state.Position with
        {
            Step = step, StepInEpoch = state.Position.StepInEpoch + 1, ImagesSeen = state.Position.ImagesSeen + indices.Length,
        };
    }

    /// <summary>Validation losses and KID of the averaged network; keeps the checkpoint if the KID is the lowest yet.</summary>
    private static void Measure(
        TrainingJob job,
        TrainingState state,
        Evaluation evaluation,
        ImageDrawing drawing,
        ProgressMeter progress,
        int stepsPerEpoch,
        CancellationToken stop)
    {
        var metrics = new Dictionary<string, double>
        {
            ["train/noise_loss"] = state.Position.NoiseLossSum / stepsPerEpoch,
            ["train/image_loss"] = state.Position.ImageLossSum / stepsPerEpoch,
        };
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
        if (evaluation.CanMeasureKid)
        {
            progress.Tell(state.Clock, "measuring KID", always: true);
            var kid = evaluation.MeasureKid(drawing, () => progress.Tell(state.Clock, "measuring KID"), stop);
            (metrics["val/kid"], metrics["val/kid_error"]) = (kid.Value, kid.StandardError);
            isBest = kid.Value < (state.Position.BestKid ?? double.PositiveInfinity);
            state.Position = state.Position with
            {
                Kid = kid.Value, BestKid = isBest ? kid.Value : state.Position.BestKid,
            };
        }

        job.Report(new MetricsEvent(metrics) { Clock = state.Clock });
        if (isBest)
        {
            state.Save(CheckpointKind.Best);
        }
    }

    private static void TellFacts(TrainingJob job, TrainingState state, Evaluation evaluation)
    {
        Fact("device", state.Device.Description);
        Fact("precision", state.Device.Arithmetic);
        Fact("parameters", state.ParameterCount.ToString(CultureInfo.InvariantCulture));
        Fact("feature_extractor", evaluation.ExtractorDescription);
        if (evaluation.CanMeasureKid)
        {
            Fact("kid_protocol", evaluation.KidProtocol);
        }
        else
        {
            job.Report(new LogEvent(RunLogLevel.Warning, "The data set has fewer than two validation images: no KID is measured.") { Clock = state.Clock });
        }

        void Fact(string name, string value) => job.Report(new FactEvent(name, value) { Clock = state.Clock });
    }
}
