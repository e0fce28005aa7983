using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Postgres;

namespace Dashboard.Storage.Runs;

public enum RunSort
{
    Newest,
    Oldest,
    Name,
}

/// <summary>Which runs to list; null or empty admits all.</summary>
/// <param name="Owner">An owner's id, or part of the name.</param>
/// <param name="Search">Part of the run's name.</param>
/// <param name="Cursor">From the page before.</param>
public sealed record RunFilter(
    IReadOnlyList<RunState>? States = null, RunKind? Kind = null, string? Owner = null, string? Search = null,
    long? Dataset = null, RunSort Sort = RunSort.Newest, string? Cursor = null, int Limit = 50);
