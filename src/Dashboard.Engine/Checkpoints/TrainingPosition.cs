using System.Text.Json.Serialization;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Training;

namespace Dashboard.Engine.Checkpoints;

/// <summary>What an epoch is busy with.</summary>
public enum EpochPhase
{
    Training,

    /// <summary>Validation and KID.</summary>
    Measuring,

    /// <summary>The sample grid.</summary>
    Drawing,
}

/// <summary>
/// How far a run is. With the tensors of a checkpoint it is all that resuming needs, because randomness is a function of seed
/// and step. Fields of earlier versions are skipped.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record TrainingPosition
{
    /// <summary>Optimizer steps taken.</summary>
    public long Step { get; init; }

    /// <summary>Epochs finished.</summary>
    public int Epoch { get; init; }

    public long ImagesSeen { get; init; }

    public EpochPhase Phase { get; init; }

    /// <summary>Steps taken in this epoch.</summary>
    public int StepInEpoch { get; init; }

    /// <summary>For readers: while an epoch is measured and drawn it counts as finished.</summary>
    [JsonIgnore]
    public RunClock Clock => new(Step, Epoch + (Phase == EpochPhase.Training ? 0 : 1), ImagesSeen);

    /// <summary>Sums of this epoch's losses so far.</summary>
    public LossTotals Losses { get; init; } = LossTotals.Zero;

    /// <summary>Loss of the run's first step; a loss far above it has exploded.</summary>
    public double? FirstLoss { get; init; }

    /// <summary>Norm of the gradient of the run's first step; one far above it is not a gradient of this loss.</summary>
    public double? FirstGradientNorm { get; init; }

    /// <summary>Norm of the newest gradient that was read from the device.</summary>
    public double GradientNorm { get; init; }

    /// <summary>The epochs finished so far.</summary>
    public IReadOnlyList<EpochSummary> Epochs { get; init; } = [];

    /// <summary>The newest KID.</summary>
    public double? Kid { get; init; }

    /// <summary>The lowest KID so far.</summary>
    public double? BestKid { get; init; }
}
