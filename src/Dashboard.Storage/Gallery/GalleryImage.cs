using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Gallery;

/// <summary>A generated picture with everything needed to make it again.</summary>
public sealed class GalleryImage
{
    public long Id { get; init; }

    public required long RunId { get; init; }

    public required long Sequence { get; init; }

    /// <summary>Names the bytes, see <see cref="ImageBlob"/>.</summary>
    public required string Sha256 { get; init; }

    public required long Seed { get; init; }

    /// <summary>The seed towards which it was mixed; null where <see cref="Seed"/> alone gave its first noise.</summary>
    public long? SlerpTo { get; init; }

    /// <summary>0 is all <see cref="Seed"/>, 1 all <see cref="SlerpTo"/>.</summary>
    public double? SlerpShare { get; init; }

    public required string Sampler { get; init; }

    public required int Evaluations { get; init; }

    public required double Eta { get; init; }

    public required long Step { get; init; }

    /// <summary>Training epochs behind the weights that drew it.</summary>
    public required int Epoch { get; init; }

    public required long ImagesSeen { get; init; }

    /// <summary>The checkpoint that drew it; null for a sample that a training run drew from its live weights.</summary>
    public long? CheckpointId { get; init; }

    /// <summary>Null for a finished sample; else 0 for the first evaluation's frame.</summary>
    public int? FrameIndex { get; init; }

    public double? FrameTime { get; init; }

    public FrameShows? FrameShows { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
