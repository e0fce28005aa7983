using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Runs;

/// <summary>A checkpoint file under the artifact folder, named here only after it was whole on disk.</summary>
public sealed class Checkpoint
{
    public long Id { get; init; }

    public required long RunId { get; init; }

    public required long Sequence { get; init; }

    public required CheckpointKind Kind { get; init; }

    public required long Step { get; init; }

    public required int Epoch { get; init; }

    public required long ImagesSeen { get; init; }

    public double? Kid { get; init; }

    /// <summary>Relative to the artifact folder.</summary>
    public required string Path { get; init; }

    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
