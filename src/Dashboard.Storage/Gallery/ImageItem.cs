using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs;

namespace Dashboard.Storage.Gallery;

/// <summary>A generated picture.</summary>
public sealed record ImageItem
{
    public required long Id { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>"sample" or "frame".</summary>
    public string Kind => Frame is null ? "sample" : "frame";

    public required long Run { get; init; }

    public required string RunName { get; init; }

    public required int Epoch { get; init; }

    public required long Step { get; init; }

    public required long ImagesSeen { get; init; }

    public required long Seed { get; init; }

    /// <summary>
    /// The seed towards which it was mixed, <see cref="SlerpShare"/> of the way; null where one seed gave its noise.
    /// </summary>
    public required long? SlerpTo { get; init; }

    /// <summary>0…1.</summary>
    public required double? SlerpShare { get; init; }

    public required string Sampler { get; init; }

    public required int Evaluations { get; init; }

    public required double Eta { get; init; }

    public required long? Checkpoint { get; init; }

    public required ImageFrame? Frame { get; init; }

    /// <summary>Pixels.</summary>
    public required int Width { get; init; }

    public required int Height { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required long Sequence { get; init; }
}

/// <param name="Time">Diffusion time t.</param>
public sealed record ImageFrame(int Index, double Time, FrameShows Shows);

/// <param name="Run">The run that drew it; its spec holds the rest of what is needed to draw it again.</param>
/// <param name="TrainedBy">The training run behind the checkpoint; the same run for a sample drawn while training.</param>
public sealed record ImageDetail(ImageItem Image, RunItem Run, RunItem? TrainedBy, CheckpointItem? CheckpointUsed);
