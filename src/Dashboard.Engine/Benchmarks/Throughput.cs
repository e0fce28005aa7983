using System.Diagnostics;
using Dashboard.Engine.Sampling;
using Dashboard.Engine.Training;
using static TorchSharp.torch;

namespace Dashboard.Engine.Benchmarks;

/// <summary>
/// Times the very step that the trainer takes and the very drawing that sampling does, on an untrained network: speed does not depend
/// on what is in the weights.
/// </summary>
public sealed class Throughput : IDisposable
{
    private readonly TrainingJob job;
    private readonly TrainingState state;
    private readonly PixelBatches pixels;
    private readonly int[] order;

    /// <param name="job">Its spec and images; nothing is reported or written.</param>
    public Throughput(TrainingJob job)
    {
        this.job = job;
        state = TrainingState.Create(job);
        pixels = new PixelBatches(job.Images, state.Device.Torch);
        order = pixels.EpochOrder(job.Spec.Seed, epoch: 0, job.Spec.Repetitions);
    }

    public string Description => $"{state.Device.Description}, {state.Device.Arithmetic}, {state.ParameterCount:N0} parameters";

    /// <summary>Median milliseconds of a training step, after <paramref name="warmUp"/> more that do not count.</summary>
    public double TrainingStep(int warmUp, int steps)
    {
        using var sums = new LossSums(state.Device.Torch);
        return Median(warmUp, steps, () =>
        {
            Step(sums);
            sums.Read();
        });
    }

    /// <summary>Median milliseconds of drawing so many images, encoding not included.</summary>
    public double Drawing(int images, int evaluations, int warmUp, int rounds)
    {
        var drawing = new ImageDrawing(state.Average, state.Normalizer, state.Schedule, job.Spec.ImageSize, state.Device.Torch);
        var seeds = DrawingOrder.Range(1, images);
        return Median(warmUp, rounds, () =>
            drawing.Draw(seeds, evaluations, eta: 0, (_, pixelValues) => pixelValues.mean().item<float>(), CancellationToken.None));
    }

    /// <summary>Trains and returns the loss on the noise of each of the last <paramref name="last"/> steps.</summary>
    public IReadOnlyList<double> Losses(int steps, int last)
    {
        using var sums = new LossSums(state.Device.Torch);
        var totals = new List<double>();
        for (var step = 0; step < steps; step++)
        {
            Step(sums);
            if (step >= steps - last - 1)
            {
                totals.Add(sums.Read().Noise);
            }
        }

        return [.. totals.Zip(totals.Skip(1)).Select(pair => pair.Second - pair.First)];
    }

    public void Dispose() => state.Dispose();

    private void Step(LossSums sums)
    {
        using var scope = NewDisposeScope();
        var stepsPerEpoch = order.Length / job.Spec.BatchSize;
        var first = (int)(state.Position.Step % stepsPerEpoch) * job.Spec.BatchSize;
        Trainer.Step(job, state, pixels, order.AsSpan(first, job.Spec.BatchSize), sums);
    }

    private static double Median(int warmUp, int rounds, Action work)
    {
        var times = new List<double>();
        for (var round = 0; round < warmUp + rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            using (NewDisposeScope())
            {
                work();
            }

            if (round >= warmUp)
            {
                times.Add(watch.Elapsed.TotalMilliseconds);
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
