using System.Text.Json;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Runs;

public sealed record CheckpointItem
{
    public required long Id { get; init; }

    public required long Run { get; init; }

    /// <summary>"last" or "best" (by KID).</summary>
    public required CheckpointKind Kind { get; init; }

    public required int Epoch { get; init; }

    public required long Step { get; init; }

    public required long ImagesSeen { get; init; }

    public required double? Kid { get; init; }

    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    /// <summary>False when a later checkpoint took the file's place, or the file is gone.</summary>
    public required bool Available { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required long Sequence { get; init; }
}
