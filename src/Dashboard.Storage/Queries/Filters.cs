using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Queries;

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
    IReadOnlyList<RunState>? States = null, RunKind? Kind = null, string? Owner = null, string? Search = null, long? Dataset = null,
    RunSort Sort = RunSort.Newest, string? Cursor = null, int Limit = 50);

/// <summary>Which of the gallery's images to list, newest first.</summary>
/// <param name="Frames">False for finished samples, true for frames, null for both.</param>
/// <param name="Search">Part of the run's name.</param>
public sealed record ImageFilter(
    long? Run = null, long? Dataset = null, string? Sampler = null, int? Epoch = null, long? Seed = null, bool? Frames = false, string? Search = null,
    string? Cursor = null, int Limit = 100);
