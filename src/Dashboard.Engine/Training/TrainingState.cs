using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Networks;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>All that a run changes while it trains: the network, its moving average, the optimizer and the position; loads and saves as one.</summary>
internal sealed class TrainingState : IDisposable
{
    private readonly TrainingJob job;
    private readonly FlatState values, averageValues;
    private (long Step, double Noise) lookedAt;

    private TrainingState(TrainingJob job, ComputeDevice device)
    {
        this.job = job;
        var spec = job.Spec;
        Device = device;
        Schedule = NoiseSchedule.From(spec.Schedule);
        Normalizer = new Normalizer(job.Images.TrainingStatistics, device.Torch);

        using var random = new Generator(SeededRandom.SeedOf(spec.Seed, RandomPurpose.InitialWeights));
        Network = new ResidualUnet(spec.Network, device.Torch, device.Convolutions, random);
        Average = new ResidualUnet(spec.Network, device.Torch, device.Convolutions, random);
        values = new FlatState(Network, withGradients: true);
        averageValues = new FlatState(Average, withGradients: false);
        Optimizer = new AdamW(spec.Optimizer, values);
        Follower = new MovingAverage(spec.Ema, averageValues.Values);

        Network.train();
        Average.eval();
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        averageValues.Values.copy_(values.Values);
    }

    public ComputeDevice Device { get; }

    public NoiseSchedule Schedule { get; }

    public Normalizer Normalizer { get; }

    /// <summary>The network that is trained, in training mode.</summary>
    public ResidualUnet Network { get; }

    /// <summary>Its moving average, in evaluation mode: what is validated, measured and drawn from.</summary>
    public ResidualUnet Average { get; }

    public AdamW Optimizer { get; }

    public MovingAverage Follower { get; }

    /// <summary>The trained network's parameters and statistics.</summary>
    public Tensor Values => values.Values;

    public long ParameterCount => values.Parameters.numel();

    public TrainingPosition Position { get; set; } = new();

    /// <summary>During measuring and drawing the epoch counts as finished.</summary>
    public RunClock Clock => new(
        Position.Step, Position.Epoch + (Position.Phase == EpochPhase.Training ? 0 : 1), Position.ImagesSeen);

    /// <summary>A new run, or the one that <see cref="TrainingJob.ResumeFrom"/> holds.</summary>
    /// <exception cref="RunFailedException">The checkpoint is broken or belongs to other images or another network.</exception>
    public static TrainingState Create(TrainingJob job)
    {
        var state = new TrainingState(job, ComputeDevice.Choose(job.Spec.Device, job.Spec.Precision));
        try
        {
            if (job.ResumeFrom is { } path)
            {
                state.Restore(path);
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Brings the epoch's losses to the host and refuses what is not finite.</summary>
    /// <param name="report">Receives their mean since the last look; null where the epoch's own mean follows.</param>
    /// <exception cref="RunFailedException">The loss is infinite or no number.</exception>
    public void LookAt(LossSums sums, Action<RunEvent>? report)
    {
        var (noise, image) = sums.Read();
        if (!double.IsFinite(noise) || !double.IsFinite(image))
        {
            throw new RunFailedException(
                $"The loss is not finite any more, at step {Position.Step} or up to {Math.Max(Position.Step - lookedAt.Step - 1, 0)} before it. "
                    + "Lower the learning rate, or choose precision fp32; the last checkpoint is from before that.",
                FailureKind.Diverged);
        }

        var steps = Position.Step - lookedAt.Step;
        if (steps > 0)
        {
            // An epoch's sums start at zero again.
            var before = Position.StepInEpoch > steps ? lookedAt.Noise : 0;
            report?.Invoke(new MetricsEvent(new Dictionary<string, double> { ["train/noise_loss"] = (noise - before) / steps }) { Clock = Clock });
        }

        lookedAt = (Position.Step, noise);
        Position = Position with { NoiseLossSum = noise, ImageLossSum = image };
    }

    /// <summary>Writes a checkpoint and tells of it once it is whole on the disk.</summary>
    public void Save(CheckpointKind kind)
    {
        job.Settle?.Invoke();
        Directory.CreateDirectory(job.CheckpointFolder);
        var path = Path.Combine(job.CheckpointFolder, kind == CheckpointKind.Best ? "best.safetensors" : "last.safetensors");
        var header = new CheckpointHeader(job.Spec, Normalizer.Statistics, job.Images.Fingerprint, Position);
        var written = Checkpoint.Save(path, header, Parts());
        job.Report(new CheckpointEvent(kind, path, written.Sha256, written.Bytes, Position.Kid) { Clock = Clock });
    }

    public void Dispose()
    {
        Optimizer.Dispose();
        values.Dispose();
        averageValues.Dispose();
        Network.Dispose();
        Average.Dispose();
        Normalizer.Dispose();
    }

    private void Restore(string path)
    {
        var (file, header) = Checkpoint.Open(path);
        using (file)
        {
            if (header.DatasetFingerprint != job.Images.Fingerprint)
            {
                throw new RunFailedException(
                    "The data set has changed since this run's checkpoint was written. Start the run anew to train on what it holds now.",
                    FailureKind.Input);
            }

            foreach (var part in Parts())
            {
                Checkpoint.Restore(path, file, part);
            }
        }

        Position = header.Position;
        lookedAt = (Position.Step, Position.NoiseLossSum);
    }

    private IEnumerable<CheckpointPart> Parts()
    {
        IReadOnlyList<FlatState.Slot> all = [.. values.ParameterSlots, .. values.StatisticSlots];
        yield return new CheckpointPart(Checkpoint.Network, all, values.Values);
        yield return new CheckpointPart(Checkpoint.Average, all, averageValues.Values);
        yield return new CheckpointPart(Checkpoint.FirstMoment, values.ParameterSlots, Optimizer.FirstMoment);
        yield return new CheckpointPart(Checkpoint.SecondMoment, values.ParameterSlots, Optimizer.SecondMoment);
    }
}
