using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Postgres;

namespace Dashboard.Storage.Runs;

public enum RunSort
{
    Newest,
    Oldest,
    Name,

    /// <summary>Pinned runs first, then the newest.</summary>
    Pinned,
}

/// <summary>Which runs to list; null or empty admits all.</summary>
/// <param name="Owner">An owner's id, or part of the name.</param>
/// <param name="Search">Part of the run's name.</param>
/// <param name="Archived">False for runs that are not archived, true for those that are, null for both.</param>
/// <param name="Tag">Only runs that have this tag.</param>
/// <param name="StarredBy">Only runs that this person starred.</param>
/// <param name="Cursor">From the page before.</param>
public sealed record RunFilter(
    IReadOnlyList<RunState>? States = null, RunKind? Kind = null, string? Owner = null, string? Search = null,
    long? Dataset = null, bool? Archived = false, string? Tag = null, string? StarredBy = null,
    RunSort Sort = RunSort.Newest, string? Cursor = null, int Limit = 50);
