using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Networks;
using Dashboard.Engine.Randomness;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Training;

/// <summary>What a network's answers to a batch are worth; scalars on the device.</summary>
/// <param name="Objective">Weighted, on the loss' target: what is made small.</param>
/// <param name="Noise">Plain loss on the noise.</param>
/// <param name="Image">Plain loss on the image.</param>
/// <param name="Quartiles">Four sums of the images' plain losses on the noise, see <see cref="LossTotals"/>.</param>
internal sealed record BatchLosses(
    Tensor Objective, Tensor Noise, Tensor Image, Tensor Quartiles, IReadOnlyList<long> QuartileImages)
{
    public void MoveToOuterDisposeScope()
    {
        Objective.MoveToOuterDisposeScope();
        Noise.MoveToOuterDisposeScope();
        Image.MoveToOuterDisposeScope();
        Quartiles.MoveToOuterDisposeScope();
    }
}

/// <summary>Images mixed with noise at given diffusion times: x_t = signal·x₀ + noise·ε.</summary>
internal sealed class NoisyBatch
{
    private readonly TrainingSpec spec;
    private readonly Tensor images, noise, noisy, signalRates, noiseRates;
    private readonly Conditions conditions;
    private readonly Tensor? weights;
    private readonly Tensor quartiles;
    private readonly long[] quartileImages;

    /// <param name="images">Normalised.</param>
    /// <param name="times">One for each image; rates are computed from them in double precision.</param>
    /// <param name="labels">N label numbers; null for networks without labels.</param>
    /// <param name="augmentation">N×9, how each image was changed; null for not at all.</param>
    public NoisyBatch(
        TrainingSpec spec,
        NoiseSchedule schedule,
        Tensor images,
        IReadOnlyList<double> times,
        ulong noiseSeed,
        Tensor? labels = null,
        Tensor? augmentation = null)
    {
        this.spec = spec;
        this.images = images;
        var shape = images.shape;
        noise = SeededRandom.Noise(noiseSeed, shape[0], (int)shape[2], images.device);
        signalRates = Column(schedule.SignalRate);
        noiseRates = Column(schedule.NoiseRate);
        noisy = (signalRates * images).add_(noiseRates * noise);
        conditions = new Conditions(Column(time => time), noiseRates.square(), labels, augmentation);
        weights = spec.Weighting.Kind == WeightingKind.Uniform
            ? null
            : Column(time => LossWeights.Of(
                spec.Weighting, spec.LossTarget, spec.Loss, schedule.SignalRate(time), schedule.NoiseRate(time))).view(-1);

        // A row of ones and zeros for each quartile: which images are its own.
        var members = new float[LossTotals.QuartileCount, times.Count];
        quartileImages = new long[LossTotals.QuartileCount];
        foreach (var (i, time) in times.Index())
        {
            var quartile = LossTotals.QuartileOf(time);
            members[quartile, i] = 1;
            quartileImages[quartile]++;
        }

        quartiles = tensor(members, device: images.device);

        Tensor Column(Func<double, double> value) =>
            tensor(times.Select(time => (float)value(time)).ToArray(), device: images.device).view(-1, 1, 1, 1);
    }

    public BatchLosses Losses(DiffusionNetwork network)
    {
        using var scope = NewDisposeScope();
        var answer = network.Predict(noisy, conditions);
        var predicted = Convert(answer, spec.LossTarget);
        var actual = spec.LossTarget switch
        {
            Parameterization.Noise => noise,
            Parameterization.Image => images,
            _ => (signalRates * noise).sub_(noiseRates * images),
        };
        var objective = weights is null ? Mean(predicted, actual) : (PerImage(predicted, actual) * weights).mean();

        BatchLosses losses;
        using (no_grad())
        {
            answer = answer.detach();
            var predictedNoise = Convert(answer, Parameterization.Noise);
            var isObjective = weights is null && spec.LossTarget == Parameterization.Noise;
            losses = new BatchLosses(
                objective,
                isObjective ? objective.detach() : Mean(predictedNoise, noise),
                Mean(Convert(answer, Parameterization.Image), images),
                quartiles.mv(PerImage(predictedNoise, noise)),
                quartileImages);
        }

        losses.MoveToOuterDisposeScope();
        return losses;
    }

    private Tensor Convert(Tensor answer, Parameterization to) =>
        Parameterizations.Convert(spec.Parameterization, to, answer, noisy, signalRates, noiseRates);

    private Tensor Mean(Tensor predicted, Tensor actual) => Distance(predicted, actual, Reduction.Mean);

    private Tensor PerImage(Tensor predicted, Tensor actual) => Distance(predicted, actual, Reduction.None).mean([1, 2, 3]);

    private Tensor Distance(Tensor predicted, Tensor actual, Reduction reduction) => spec.Loss switch
    {
        Loss.Mae => functional.l1_loss(predicted, actual, reduction),
        Loss.Mse => functional.mse_loss(predicted, actual, reduction),
        Loss.Huber => functional.huber_loss(predicted, actual, spec.HuberDelta, reduction),
        _ => throw new InvalidOperationException($"unknown loss {spec.Loss}"),
    };
}
