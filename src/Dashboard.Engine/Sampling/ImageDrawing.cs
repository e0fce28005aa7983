using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Networks;
using Dashboard.Engine.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Sampling;

/// <summary>
/// Draws the images of seeds. Each seed has a generator of its own, for its first noise and for all that eta adds, so that a seed
/// gives the same image alone or among others.
/// </summary>
internal sealed class ImageDrawing(ResidualUnet network, Normalizer normalizer, NoiseSchedule schedule, int imageSize, torch.Device device)
{
    /// <summary>
    /// Images that go through the network together, always: what is missing is filled with zeros. The kernels that a convolution
    /// chooses, and with them the last bits of its results, depend on the batch's size.
    /// </summary>
    public int BatchSize => device.type == DeviceType.CUDA ? 64 : 16;

    /// <summary>Pixel values of a batch in [0, 1], in the seeds' order; called with a tensor that lives only until it returns.</summary>
    /// <param name="first">Index of the batch's first seed.</param>
    public delegate void OnBatch(int first, Tensor pixels);

    /// <summary>The same for a moment of the way there.</summary>
    public delegate void OnFrame(int first, int index, double time, FrameShows shows, Tensor pixels);


    /// <param name="frames">Evaluations to keep frames of, for the first <paramref name="framed"/> seeds.</param>
    /// <param name="onEvaluation">Told after each evaluation how many images it moved on.</param>
    public void Draw(
        IReadOnlyList<long> seeds,
        int evaluations,
        double eta,
        OnBatch onBatch,
        CancellationToken stop,
        IReadOnlyList<int>? frames = null,
        int framed = 0,
        OnFrame? onFrame = null,
        Action<int>? onEvaluation = null)
    {
        var plan = DdimPlan.Create(schedule, evaluations, eta);
        var wanted = (frames ?? []).ToHashSet();
        using var gradientsOff = no_grad();
        for (var first = 0; first < seeds.Count; first += BatchSize)
        {
            using var scope = NewDisposeScope();
            var start = first;
            var count = Math.Min(BatchSize, seeds.Count - first);
            var generators = seeds.Skip(first).Take(count).Select(seed => new Generator((ulong)seed)).ToList();
            var image = DdimSampler.Draw(network, plan, Noise(generators), () => Noise(generators), Evaluated, stop);
            onBatch(first, normalizer.Denormalize(image.narrow(0, 0, count)));
            generators.ForEach(generator => generator.Dispose());

            void Evaluated(int index, DdimStep step, Tensor noisy, Tensor predicted)
            {
                var keep = Math.Min(framed - start, count);
                if (keep > 0 && wanted.Contains(index))
                {
                    onFrame?.Invoke(start, index, step.Time, FrameShows.Noisy, normalizer.Denormalize(noisy.narrow(0, 0, keep)));
                    onFrame?.Invoke(start, index, step.Time, FrameShows.Predicted, normalizer.Denormalize(predicted.narrow(0, 0, keep)));
                }

                onEvaluation?.Invoke(count);
            }
        }
    }

    /// <summary>One image of noise from each generator, always drawn on the CPU so that a seed means the same on any device.</summary>
    private Tensor Noise(List<Generator> generators)
    {
        using var scope = NewDisposeScope();
        var noise = zeros(BatchSize, 3, imageSize, imageSize);
        for (var i = 0; i < generators.Count; i++)
        {
            noise[i].normal_(generator: generators[i]);
        }

        return TensorLayout.ChannelsLast(noise.to(device)).MoveToOuterDisposeScope();
    }
}
