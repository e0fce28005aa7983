using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Data;
using Dashboard.Engine.Imaging;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Sampling;

/// <summary>
/// Draws the images of seeds. Each seed has a generator of its own, for its first noise and for all that is added on the way, so
/// that a seed gives the same image alone or among others.
/// </summary>
/// <param name="spec">Of the training run.</param>
/// <param name="labels">Names, by the network's label numbers.</param>
internal sealed class ImageDrawing(
    DiffusionNetwork network, TrainingSpec spec, IReadOnlyList<string> labels, Normalizer normalizer, torch.Device device)
{
    private readonly NoiseSchedule schedule = NoiseSchedule.From(spec.Schedule);

    /// <summary>
    /// Images that go through the network together, always: what is missing is filled with zeros. The kernels that a convolution
    /// chooses, and with them the last bits of its results, depend on the batch's size.
    /// </summary>
    public int BatchSize => device.type == DeviceType.CUDA ? 64 : 16;

    /// <summary>
    /// Pixel values of a batch in [0, 1], in the order's order; called with a tensor that lives only until it returns.
    /// </summary>
    /// <param name="first">Index of the batch's first image.</param>
    public delegate void OnBatch(int first, Tensor pixels);

    /// <summary>The same for a moment of the way there.</summary>
    public delegate void OnFrame(int first, int index, double time, FrameShows shows, Tensor pixels);

    /// <param name="onEvaluation">Told after each evaluation how many images it moved on.</param>
    /// <exception cref="RunFailedException">The network has no such label, or the picture to redraw has another
    /// size.</exception>
    public void Draw(
        DrawingOrder order, OnBatch onBatch, CancellationToken stop, OnFrame? onFrame = null, Action<int>? onEvaluation = null)
    {
        var plan = SamplerPlan.Create(schedule, order.Settings);
        var kept = SamplerPlan.FrameIndices(plan.Count, order.Frames).ToHashSet();
        var denoiser = new Denoiser(network, spec.Parameterization, normalizer, order.Settings)
        {
            Label = NumberOf(order.Label), Guidance = order.Guidance,
        };
        using var gradientsOff = no_grad();
        using var inpainting = OpenPicture(order);
        for (var first = 0; first < order.Starts.Count; first += BatchSize)
        {
            using var scope = NewDisposeScope();
            var start = first;
            var starts = order.Starts.Skip(first).Take(BatchSize).ToList();
            var generators = starts.Select(s => new Generator((ulong)s.Seed)).ToList();
            var image = PlanSampler.Draw(
                denoiser, plan, FirstNoise(starts, generators), () => Noise(generators), Evaluated, inpainting, stop);
            onBatch(first, normalizer.Denormalize(image.narrow(0, 0, starts.Count)));
            generators.ForEach(generator => generator.Dispose());

            void Evaluated(int index, SamplerStep step, Tensor noisy, Tensor predicted)
            {
                var keep = Math.Min(order.Framed - start, starts.Count);
                if (keep > 0 && kept.Contains(index))
                {
                    onFrame?.Invoke(start, index, step.Time, FrameShows.Noisy, normalizer.Denormalize(noisy.narrow(0, 0, keep)));
                    onFrame?.Invoke(
                        start, index, step.Time, FrameShows.Predicted, normalizer.Denormalize(predicted.narrow(0, 0, keep)));
                }

                onEvaluation?.Invoke(starts.Count);
            }
        }
    }

    private long? NumberOf(string? label)
    {
        if (label is null)
        {
            return null;
        }

        var number = labels.ToList().IndexOf(label);
        return number >= 0 ? number : throw new RunFailedException(
            labels.Count == 0
                ? $"This network was trained without labels, so it can't draw \"{label}\". Leave label out."
                : $"This network was not trained with a label \"{label}\". Its labels are: "
                    + $"{string.Join(", ", labels.Take(20))}{(labels.Count > 20 ? ", …" : "")}.",
            FailureKind.Input);
    }

    private Inpainting? OpenPicture(DrawingOrder order)
    {
        if (order.Inpaint is not { } inpaint)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var pixels = EncodedImage.ToTensor(order.Picture ?? throw new InvalidOperationException("no picture to inpaint"));
        if (pixels.shape[2] != spec.ImageSize || pixels.shape[3] != spec.ImageSize)
        {
            throw new RunFailedException(
                $"The picture has {pixels.shape[3]}×{pixels.shape[2]} pixels, this network draws "
                    + $"{spec.ImageSize}×{spec.ImageSize}. Choose a picture of that size.",
                FailureKind.Input);
        }

        return new Inpainting(inpaint, normalizer.Normalize(pixels.to(device)));
    }

    /// <summary>Each start's own noise, or its place on the arc between two seeds' (Shoemake 1985).</summary>
    private Tensor FirstNoise(List<Start> starts, List<Generator> generators)
    {
        using var scope = NewDisposeScope();
        var noise = Noise(generators);
        foreach (var (i, start) in starts.Index())
        {
            if (start.To is not { } to)
            {
                continue;
            }

            using var generator = new Generator((ulong)to);
            var (a, b) = (noise[i].clone(), Noise([generator])[0]);
            var cosine = (a * b).sum().item<float>() / (a.norm().item<float>() * b.norm().item<float>());
            var angle = Math.Acos(Math.Clamp(cosine, -1, 1));
            noise[i].copy_(
                (a * (Math.Sin((1 - start.Share) * angle) / Math.Sin(angle)))
                .add_(b, alpha: Math.Sin(start.Share * angle) / Math.Sin(angle)));
        }

        return noise.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// One image of noise from each generator, always drawn on the CPU so that a seed means the same on any device.
    /// </summary>
    private Tensor Noise(List<Generator> generators)
    {
        using var scope = NewDisposeScope();
        var noise = zeros(BatchSize, 3, spec.ImageSize, spec.ImageSize);
        for (var i = 0; i < generators.Count; i++)
        {
            noise[i].normal_(generator: generators[i]);
        }

        return TensorLayout.ChannelsLast(noise.to(device)).MoveToOuterDisposeScope();
    }
}
