using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Datasets;

namespace Dashboard.Storage.Runs;

/// <summary>A run as lists and pages show it.</summary>
public sealed record RunItem
{
    private TrainingSpec? training;
    private SamplingSpec? sampling;

    public required long Id { get; init; }

    public required RunKind Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>Markdown.</summary>
    public string Notes { get; init; } = "";

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Ids of those who starred it.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> StarredBy { get; init; } = [];

    /// <summary>How many people and tokens starred it.</summary>
    public int Stars => StarredBy.Count;

    /// <summary>Stands at the top of the team's list.</summary>
    public bool Pinned { get; init; }

    /// <summary>Lists leave it out.</summary>
    public bool Archived { get; init; }

    public required RunState State { get; init; }

    /// <summary>What was asked of the worker and has not happened yet.</summary>
    public required RunCommand Request { get; init; }

    public required OwnerRef? Owner { get; init; }

    public required JsonElement Spec { get; init; }

    /// <summary>
    /// How its weights were trained; null for a run without weights of its own, or whose spec this version can't read.
    /// </summary>
    [JsonIgnore]
    public TrainingSpec? Training => training ??= SpecReader.ReadStored(Kind, Spec);

    /// <summary>
    /// The worker tells the images of the whole run, as RunLength counts them; 0 until then, and for other runs.
    /// </summary>
    [JsonIgnore]
    public double ImagesPerEpoch => Training is { Epochs: > 0 } spec ? (double)Progress.ImagesTotal / spec.Epochs : 0;

    /// <summary>What it draws; null for another kind of run, or whose spec this version can't read.</summary>
    [JsonIgnore]
    public SamplingSpec? Sampling => sampling ??= SpecReader.ReadStoredSampling(Kind, Spec);

    public required DatasetRef? Dataset { get; init; }

    /// <summary>The checkpoint that a sampling run draws from.</summary>
    public required long? Checkpoint { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Place among the waiting runs of its kind, 1 for the next; null when it does not wait.</summary>
    public required int? Position { get; init; }

    public required RunProgress Progress { get; init; }

    /// <summary>Seconds that the worker still expects to need.</summary>
    public required double? Eta { get; init; }

    public required WorkerRef? Worker { get; init; }

    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>The newest value of each metric; null for NaN and infinities.</summary>
    public required IReadOnlyDictionary<string, double?> LastMetrics { get; init; }

    /// <summary>The best value of each metric that has a better direction.</summary>
    public required IReadOnlyDictionary<string, double?> BestMetrics { get; init; }

    public required string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? EndedAt { get; init; }

    /// <summary>How it spent its time until now, or until it ended.</summary>
    public RunTimes Times { get; init; } = new(0, 0, 0);

    /// <summary>Of the newest thing that happened to it; give it to Watch to hear what comes after.</summary>
    public required long Sequence { get; init; }
}

/// <param name="ImagesSeen">Images shown (training) or drawn (sampling).</param>
/// <param name="Fraction">0…1.</param>
public sealed record RunProgress(
    long ImagesSeen, long ImagesTotal, double Fraction, double? ImagesPerSecond, string? Phase, long Step, int Epoch);

/// <summary>Seconds in which a worker had the run, in which it waited for one, and in which it was paused.</summary>
public sealed record RunTimes(double Worked, double Waited, double Paused);

public sealed record DatasetRef(long Id, string Name);

public sealed record OwnerRef(string Id, string Name);

public sealed record WorkerRef(Guid Id, string Name);
