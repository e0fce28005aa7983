namespace Dashboard.Storage.Datasets;

/// <summary>An entry that the import skipped, and why.</summary>
public sealed class DatasetProblem
{
    public long Id { get; init; }

    public required long DatasetId { get; init; }

    public required string Name { get; init; }

    public required string Reason { get; init; }
}
