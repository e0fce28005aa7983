using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Data;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Networks;
using Dashboard.Engine.Randomness;
using Dashboard.Formats;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>
/// All that a run changes while it trains: the network, its moving average, the optimizer and the position; loads and saves as
/// one.
/// </summary>
internal sealed class TrainingState : IDisposable
{
    /// <summary>A run whose loss is this many times its first one does not recover.</summary>
    private const double Explosion = 10;

    private readonly TrainingJob job;
    private readonly FlatState values, averageValues;
    private readonly GradientGuard guard;
    private readonly List<(Tensor Values, MovingAverage Average)> furtherAverages = [];
    private (long Step, double Noise, double Objective) lookedAt;

    private TrainingState(TrainingJob job, ComputeDevice device)
    {
        this.job = job;
        var spec = job.Spec;
        Device = device;
        Meter = new DeviceMeter(device);
        Schedule = NoiseSchedule.From(spec.Schedule);
        Normalizer = new Normalizer(
            spec.Normalization == Normalization.Symmetric ? ChannelStatistics.Symmetric : job.Images.TrainingStatistics,
            device.Torch);

        using var random = new Generator(SeededRandom.SeedOf(spec.Seed, RandomPurpose.InitialWeights));
        var shape = NetworkShape.Of(spec, job.Images.Labels.Count);
        Network = shape.Build(device.Torch, device.Convolutions, random);
        Average = shape.Build(device.Torch, device.Convolutions, random);
        values = new FlatState(Network, withGradients: true);
        averageValues = new FlatState(Average, withGradients: false);
        guard = new GradientGuard(values);
        Optimizer = new AdamW(spec.Optimizer, values);
        TimeSampler = new TimeSampler(spec.Times, Schedule, spec.Schedule.Steps);
        var imagesPerStep = RunLength.Of(spec, job.Images.Training.Count).ImagesPerStep;
        Follower = new MovingAverage(spec.Ema, averageValues.Values, imagesPerStep);
        foreach (var decay in spec.Ema.Also)
        {
            var further = zeros_like(values.Values).DetachFromDisposeScope();
            furtherAverages.Add(
                (further, new MovingAverage(spec.Ema with { Decay = decay, HalfLifeImages = 0 }, further, imagesPerStep)));
        }

        Network.train();
        Average.eval();
        StartAverages();
    }

    public ComputeDevice Device { get; }

    public DeviceMeter Meter { get; }

    public NoiseSchedule Schedule { get; }

    public Normalizer Normalizer { get; }

    /// <summary>The network that is trained, in training mode.</summary>
    public DiffusionNetwork Network { get; }

    /// <summary>Its moving average, in evaluation mode: what is validated, measured and drawn from.</summary>
    public DiffusionNetwork Average { get; }

    public AdamW Optimizer { get; }

    public TimeSampler TimeSampler { get; }

    private MovingAverage Follower { get; }

    public long ParameterCount => values.Parameters.numel();

    public TrainingPosition Position { get; set; } = new();

    public RunClock Clock => Position.Clock;

    /// <summary>Where the last checkpoint is; null where there is none.</summary>
    public RunClock? Saved { get; private set; }

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
            else if (job.ContinueFrom is { } parent)
            {
                state.TakeOver(parent);
            }

            return state;
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    /// <summary>Moves all averages after the trained network.</summary>
    /// <param name="step">Just made, 1 for the first.</param>
    public void UpdateAverages(long step)
    {
        Follower.Follow(values.Values, step);
        foreach (var (_, average) in furtherAverages)
        {
            average.Follow(values.Values, step);
        }
    }

    /// <summary>
    /// Refuses a gradient that is not finite or beyond any reason, before weights and moments are touched. A GPU would have to be
    /// waited for at every step; there <see cref="LookAt"/> refuses it, before anything is saved.
    /// </summary>
    /// <exception cref="RunFailedException">Names the parameter, the step and its batches.</exception>
    public void CheckGradient(LossSums sums)
    {
        if (!Device.IsCuda && !GradientGuard.Allows(Optimizer.GradientNorm.item<float>(), Position.FirstGradientNorm))
        {
            var step = Position.Step + 1;
            throw double.IsFinite(sums.Read().Objective)
                ? Diverged(guard.Describe(step, job.Spec.Optimizer.AccumulatedBatches), GradientGuard.Remedy)
                : Diverged($"The loss is not finite at step {step}.");
        }
    }

    /// <summary>Brings the epoch's losses to the host and refuses what is not finite or explodes.</summary>
    /// <param name="report">Receives their mean since the last look; null where the epoch's own mean follows.</param>
    /// <exception cref="RunFailedException">The loss is infinite, no number, or far above where it began.</exception>
    public void LookAt(LossSums sums, Action<RunEvent>? report)
    {
        var totals = sums.Read();
        var steps = Position.Step - lookedAt.Step;
        if (!double.IsFinite(totals.Objective))
        {
            throw Diverged(
                $"The loss is no longer finite, at step {Position.Step} or up to {Math.Max(steps - 1, 0)} before it.");
        }

        var norm = Optimizer.GradientNorm.item<float>();
        if (!GradientGuard.Allows(Optimizer.TakeLargestNorm(), Position.FirstGradientNorm))
        {
            throw Diverged(
                $"A gradient was not finite or far too large in the {steps} steps up to step {Position.Step}.",
                GradientGuard.Remedy);
        }


        if (steps > 0)
        {
            // An epoch's sums start at zero again.
            var goesOn = Position.StepInEpoch > steps;
            var noise = (totals.Noise - (goesOn ? lookedAt.Noise : 0)) / steps;
            var objective = (totals.Objective - (goesOn ? lookedAt.Objective : 0)) / steps;

            // The first step is always looked at alone, so that this does not depend on when a run was interrupted.
            var first = Position.FirstLoss ?? objective;
            if (objective > first * Explosion)
            {
                throw Diverged(
                    $"The loss explodes: {objective:G3} in the {steps} steps up to step {Position.Step}, "
                        + $"{first:G3} in the first.");
            }

            Position = Position with { FirstLoss = first };
            var metrics = new Dictionary<string, double> { [RunMetrics.NoiseLoss.Name] = noise };
            if (report is not null)
            {
                Meter.Read(metrics);
                report(new MetricsEvent(metrics) { Clock = Clock });
            }
        }

        lookedAt = (Position.Step, totals.Noise, totals.Objective);
        Position = Position with
        {
            Losses = totals, GradientNorm = norm, FirstGradientNorm = Position.FirstGradientNorm ?? (steps > 0 ? norm : null),
        };
    }

    /// <summary>Writes a checkpoint and reports it once it is whole on the disk.</summary>
    public void Save(CheckpointKind kind)
    {
        if (Parts().FirstOrDefault(part => !part.IsFinite()) is { } broken)
        {
            throw Diverged(
                $"The {broken.Name} of step {Position.Step} are not finite, so no checkpoint was written.", GradientGuard.Remedy);
        }

        job.Settle?.Invoke();
        Directory.CreateDirectory(job.CheckpointFolder);
        var path = CheckpointPath(kind);
        var header = new CheckpointHeader(job.Spec, Normalizer.Statistics, job.Images.Fingerprint, Position)
        {
            Labels = job.Spec.Labels.Enabled ? job.Images.Labels : [],
        };
        var written = Checkpoint.Save(path, header, Parts());
        if (kind == CheckpointKind.Last)
        {
            Saved = Clock;
        }

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
        furtherAverages.ForEach(further => further.Values.Dispose());
    }

    /// <param name="remedy">Null for what helps against a learning rate that is too high.</param>
    private RunFailedException Diverged(string what, string? remedy = null)
    {
        var last = Saved is { } saved ? $" {RunFailedException.GoesOnFrom(saved)}" : "";
        remedy ??= "Lower optimizer.learningRate, set optimizer.maxGradientNorm to 1, or choose precision fp32.";
        return new RunFailedException($"{what} {remedy}{last}", FailureKind.Diverged);
    }

    private string CheckpointPath(CheckpointKind kind) => Path.Combine(
        job.CheckpointFolder, kind == CheckpointKind.Best ? ArtifactNames.BestCheckpoint : ArtifactNames.LastCheckpoint);

    /// <summary>Every average starts as a copy of the trained network.</summary>
    private void StartAverages()
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        averageValues.Values.copy_(values.Values);
        furtherAverages.ForEach(further => further.Values.copy_(values.Values));
    }

    /// <summary>Starts from another run's averaged weights; optimizer, position and averages are new.</summary>
    private void TakeOver(string path)
    {
        var (file, header) = Checkpoint.Open(path);
        using (file)
        {
            Checkpoint.Restore(path, file, new CheckpointPart(header.AveragePrefix, AllSlots, values.Values));
        }

        StartAverages();
    }

    private void Restore(string path)
    {
        var (file, header) = Checkpoint.Open(path);
        using (file)
        {
            if (header.DatasetFingerprint != job.Images.Fingerprint)
            {
                throw new RunFailedException(
                    "The data set has changed since this run's checkpoint was written. Start the run anew to train on what "
                        + "it holds now.",
                    FailureKind.Input);
            }

            foreach (var part in Parts())
            {
                Checkpoint.Restore(path, file, part);
            }
        }

        Position = header.Position;
        Saved = Clock;
        lookedAt = (Position.Step, Position.Losses.Noise, Position.Losses.Objective);
    }

    private IReadOnlyList<FlatState.Slot> AllSlots => [.. values.ParameterSlots, .. values.StatisticSlots];

    private IEnumerable<CheckpointPart> Parts()
    {
        var all = AllSlots;
        yield return new CheckpointPart(Checkpoint.Network, all, values.Values);
        yield return new CheckpointPart(Checkpoint.Average, all, averageValues.Values);
        yield return new CheckpointPart(Checkpoint.FirstMoment, values.ParameterSlots, Optimizer.FirstMoment);
        yield return new CheckpointPart(Checkpoint.SecondMoment, values.ParameterSlots, Optimizer.SecondMoment);
        foreach (var (index, further) in furtherAverages.Index())
        {
            yield return new CheckpointPart(Checkpoint.FurtherAverage(index), all, further.Values);
        }
    }
}
