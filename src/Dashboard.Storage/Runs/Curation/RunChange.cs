namespace Dashboard.Storage.Runs.Curation;

/// <summary>What a person changes about a run; null leaves it as it is.</summary>
public sealed record RunChange
{
    public string? Name { get; init; }

    /// <summary>Markdown; empty takes the notes away.</summary>
    public string? Notes { get; init; }

    /// <summary>The notes that this change started from: it is refused where somebody else changed them since.</summary>
    public string? NotesBefore { get; init; }

    /// <summary>In place of all that it has.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Added to those that it has.</summary>
    public IReadOnlyList<string> MoreTags { get; init; } = [];

    public IReadOnlyList<string> FewerTags { get; init; } = [];

    public bool? Pinned { get; init; }

    public bool? Archived { get; init; }
}
