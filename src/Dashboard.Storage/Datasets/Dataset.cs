namespace Dashboard.Storage.Datasets;

public enum DatasetKind
{
    /// <summary>Drawn by the program.</summary>
    DrawnFlowers,

    /// <summary>An uploaded zip.</summary>
    Zip,

    /// <summary>A folder on the worker's machine.</summary>
    Folder,

    /// <summary>Oxford Flowers 102, downloaded.</summary>
    OxfordFlowers,
}

public enum DatasetState
{
    Importing,
    Ready,
    Failed,
}

/// <summary>A set of images, imported once by a job into one pack file under the artifact folder.</summary>
public sealed class Dataset
{
    public long Id { get; init; }

    /// <summary>Unique in the team.</summary>
    public required string Name { get; set; }

    public required DatasetKind Kind { get; init; }

    public DatasetState State { get; set; } = DatasetState.Importing;

    /// <summary>
    /// What the import needs, as JSON: the folder, or how many to draw and at which size and seed, or a mirror's address.
    /// </summary>
    public string Source { get; init; } = "{}";

    public int ImageCount { get; set; }

    public int SkippedCount { get; set; }

    public int LabelCount { get; set; }

    /// <summary>Bytes of the pack on disk.</summary>
    public long Bytes { get; set; }

    /// <summary>SHA-256 over the content hashes of all images, in order: what a checkpoint was trained on.</summary>
    public string? Fingerprint { get; set; }

    /// <summary>0…1 while importing, or while a worker changes it.</summary>
    public double Progress { get; set; }

    /// <summary>What the import is doing, in words; of a ready data set, what a worker is changing.</summary>
    public string? Phase { get; set; }

    public DateTimeOffset? ProgressAt { get; set; }

    public string? Error { get; set; }

    /// <summary>A <see cref="LabelState"/> as JSON; null if it was imported before there were any.</summary>
    public string? Labels { get; set; }

    /// <summary>Whether its images were given perceptual hashes, those that show enough to have one.</summary>
    public bool IsHashed { get; set; }

    /// <summary>The account or token that made it; null for the built-in ones.</summary>
    public string? OwnerId { get; init; }

    public string? OwnerName { get; init; }

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;

    public DateTimeOffset? ReadyAt { get; set; }
}
