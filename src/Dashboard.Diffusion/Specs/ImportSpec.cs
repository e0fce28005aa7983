namespace Dashboard.Diffusion.Specs;

/// <summary>Weights that a person brought: a checkpoint or an export of this or another dashboard.</summary>
public sealed record ImportSpec
{
    /// <summary>As the person's file was called.</summary>
    public required string File { get; init; }

    /// <summary>Of the file's bytes, 64 lower-case digits; names it among the artifacts.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What the file says it was trained by. Its data set is a number of wherever that was.</summary>
    public required TrainingSpec Training { get; init; }
}
