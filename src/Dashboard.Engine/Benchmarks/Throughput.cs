using System.Diagnostics;
using Dashboard.Diffusion.Networks;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Engine.Data;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Sampling;
using Dashboard.Engine.Training;
using static TorchSharp.torch;

namespace Dashboard.Engine.Benchmarks;

/// <summary>
/// Times the same steps that the trainer takes and the same drawing that sampling does, on an untrained network: speed does not
/// depend on the weights.
/// </summary>
public sealed class Throughput : IDisposable
{
    private readonly TrainingJob job;
    private readonly RunLength length;
    private readonly TrainingState state;
    private readonly PixelBatches pixels;
    private readonly int[] order;

    /// <param name="job">Its spec and images; nothing is reported or written.</param>
    public Throughput(TrainingJob job)
    {
        this.job = job;
        length = job.Length();
        state = TrainingState.Create(job);
        pixels = new PixelBatches(job.Images, state.Device.Torch);
        order = pixels.EpochOrder(job.Spec.Seed, epoch: 0, job.Spec.Repetitions);
    }

    public string Description => $"{state.Device.Description}, {state.Device.Arithmetic}, {state.ParameterCount:N0} parameters";

    /// <summary>Images behind one training step.</summary>
    public int ImagesPerStep => length.ImagesPerStep;

    /// <summary>Median milliseconds of a training step, after <paramref name="warmUp"/> more that do not count.</summary>
    public double Training(int warmUp, int steps)
    {
        using var sums = new LossSums(state.Device.Torch);
        var step = NewStep();
        return Median(warmUp, steps, () =>
        {
            Take(step, sums);
            sums.Read();
        });
    }

    /// <summary>Median milliseconds of each phase of a training step, in their order.</summary>
    public IReadOnlyList<(string Phase, double Milliseconds)> Phases(int warmUp, int steps)
    {
        using var sums = new LossSums(state.Device.Torch);
        var times = Enum.GetValues<StepPhase>().ToDictionary(phase => phase, _ => new List<double>());
        var spent = new Dictionary<StepPhase, double>();
        StepPhase? current = null;
        var watch = new Stopwatch();
        var step = NewStep(phase => Enter(phase));
        for (var i = 0; i < warmUp + steps; i++)
        {
            spent.Clear();
            Take(step, sums);
            Enter(null);
            if (i >= warmUp)
            {
                foreach (var (phase, all) in times)
                {
                    all.Add(spent.GetValueOrDefault(phase));
                }
            }
        }

        return [.. times.Select(pair => (pair.Key.ToString().ToLowerInvariant(), Middle(pair.Value)))];

        void Enter(StepPhase? next)
        {
            state.Device.Synchronize();
            if (current is { } ended)
            {
                spent[ended] = spent.GetValueOrDefault(ended) + watch.Elapsed.TotalMilliseconds;
            }

            current = next;
            watch.Restart();
        }
    }

    /// <summary>Billions of multiply-adds in one training step: a backward pass costs twice a forward pass.</summary>
    public double MultiplyAddsOfStep => 3e-9 * ImagesPerStep * NetworkCost.Of(job.Spec.Network, job.Spec.ImageSize).MultiplyAdds;

    /// <summary>
    /// Billions of multiply-adds per second in large matrix products in the convolutions' arithmetic: what this device reaches
    /// when it does nothing else. The best of several, because other programs can only take time away.
    /// </summary>
    public double MatrixRate()
    {
        const int Side = 2048;
        const int Rounds = 12;
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var (a, b) = (Factor(), Factor());
        var best = double.PositiveInfinity;
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            mm(a, b).Dispose();
            state.Device.Synchronize();
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return Math.Pow(Side, 3) / best / 1e9;

        Tensor Factor() => ones([Side, Side], state.Device.Convolutions, state.Device.Torch);
    }

    /// <summary>Median milliseconds of drawing so many images, encoding not included.</summary>
    public double Drawing(int images, int evaluations, int warmUp, int rounds)
    {
        var drawing = new ImageDrawing(state.Average, job.Spec, job.Images.Labels, state.Normalizer, state.Device.Torch);
        var order = new DrawingOrder(DrawingOrder.Range(1, images), new SamplerSpec { Evaluations = evaluations });
        return Median(warmUp, rounds, () =>
            drawing.Draw(order, (_, pixelValues) => pixelValues.mean().item<float>(), CancellationToken.None));
    }

    /// <summary>Trains and returns the loss on the noise of each of the last <paramref name="last"/> steps.</summary>
    public IReadOnlyList<double> Losses(int steps, int last)
    {
        using var sums = new LossSums(state.Device.Torch);
        var totals = new List<double>();
        var step = NewStep();
        for (var i = 0; i < steps; i++)
        {
            Take(step, sums);
            if (i >= steps - last - 1)
            {
                totals.Add(sums.Read().Noise);
            }
        }

        return [.. totals.Zip(totals.Skip(1)).Select(pair => pair.Second - pair.First)];
    }

    /// <summary>Resident memory in MiB after some first steps, which allocate all that is kept, and after more of them.</summary>
    public (double First, double Last) MemoryGrowth(int firstSteps, int steps)
    {
        using var sums = new LossSums(state.Device.Torch);
        var step = NewStep();
        var first = After(firstSteps);
        return (first, After(steps));

        double After(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Take(step, sums);
            }

            var metrics = new Dictionary<string, double>();
            new DeviceMeter(state.Device).Read(metrics);
            return metrics[RunMetrics.Memory.Name] * 1024;
        }
    }

    public void Dispose() => state.Dispose();

    private TrainingStep NewStep(Action<StepPhase>? onPhase = null) =>
        new(job.Spec, state, pixels, steps: long.MaxValue, onPhase);

    /// <summary>Goes through the first epoch's images again and again.</summary>
    private void Take(TrainingStep step, LossSums sums)
    {
        using var scope = NewDisposeScope();
        var first = (int)(state.Position.Step % length.StepsPerEpoch) * ImagesPerStep;
        step.Take(order.AsSpan(first, ImagesPerStep), sums);
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

        return Middle(times);
    }

    private static double Middle(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
