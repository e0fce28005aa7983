using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Engine.Data;
using Dashboard.Engine.Randomness;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>One optimizer step. Nothing in it waits for a GPU.</summary>
/// <param name="steps">Of the whole run.</param>
/// <param name="onPhase">Told when each phase begins; for measuring.</param>
internal sealed class TrainingStep(
    TrainingSpec spec, TrainingState state, PixelBatches pixels, long steps, Action<StepPhase>? onPhase = null)
{
    /// <summary>Moves the run one step on.</summary>
    /// <param name="indices">Of the step's images: one batch, or as many as are accumulated.</param>
    public void Take(ReadOnlySpan<int> indices, LossSums sums)
    {
        var batches = spec.Optimizer.AccumulatedBatches;
        using var scope = NewDisposeScope();

        // Accumulate gradients.
        for (var batch = 0; batch < batches; batch++)
        {
            using var batchScope = NewDisposeScope();
            var losses = Forward(indices.Slice(batch * spec.BatchSize, spec.BatchSize), (state.Position.Step * batches) + batch);
            onPhase?.Invoke(StepPhase.Backward);
            (batches == 1 ? losses.Objective : losses.Objective / batches).backward();
            sums.Add(losses, 1.0 / batches);
        }

        // Refuse a gradient that no loss can have.
        state.Optimizer.MeasureGradient();
        state.CheckGradient(sums);

        // Update weights, then their averages.
        onPhase?.Invoke(StepPhase.Optimizer);
        var step = state.Position.Step + 1;
        state.Optimizer.Step(step, LearningRates.At(spec.Optimizer, step, steps));
        onPhase?.Invoke(StepPhase.Averages);
        state.UpdateAverages(step);
        state.Position = state.Position with
        {
            Step = step, StepInEpoch = state.Position.StepInEpoch + 1, ImagesSeen = state.Position.ImagesSeen + indices.Length,
        };
    }

    /// <summary>Mixes images with noise and asks the network; its intermediates go, except what the gradient needs.</summary>
    /// <param name="batch">Number of the batch in the run: with the run's seed it decides everything random here.</param>
    private BatchLosses Forward(ReadOnlySpan<int> indices, long batch)
    {
        onPhase?.Invoke(StepPhase.Batch);
        var random = SeededRandom.Host(spec.Seed, RandomPurpose.TrainingStep, batch);
        var times = state.TimeSampler.Draw(random, indices.Length);
        var mirrored = Enumerable.Range(0, indices.Length).Select(_ => random.Next(2) == 1).ToArray();

        using var scope = NewDisposeScope();
        var images = state.Normalizer.Normalize(pixels.Take(indices));
        images = spec.HorizontalFlip ? PixelBatches.Flip(images, mirrored) : images;
        Tensor? changes = null;
        if (spec.Augmentation.Probability > 0)
        {
            (images, changes) = GeometricAugmentation.Apply(
                images, spec.Augmentation.Probability, SeededRandom.Host(spec.Seed, RandomPurpose.Augmentation, batch));
        }

        Tensor? labels = null;
        if (spec.Labels.Enabled)
        {
            var hiding = SeededRandom.Host(spec.Seed, RandomPurpose.HiddenLabels, batch);
            labels = pixels.TakeLabels(
                indices, [.. Enumerable.Range(0, indices.Length).Select(_ => hiding.NextDouble() < spec.Labels.DropProbability)]);
        }

        var noisy = new NoisyBatch(
            spec, state.Schedule, images, times, SeededRandom.SeedOf(spec.Seed, RandomPurpose.TrainingStep, batch), labels,
            changes);
        if (spec.Network.Dropout > 0)
        {
            SeededRandom.SeedDefault(SeededRandom.SeedOf(spec.Seed, RandomPurpose.Dropout, batch));
        }

        onPhase?.Invoke(StepPhase.Forward);
        var losses = noisy.Losses(state.Network);
        losses.MoveToOuterDisposeScope();
        return losses;
    }
}
