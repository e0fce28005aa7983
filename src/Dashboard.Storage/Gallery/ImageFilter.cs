using Dashboard.Storage.Postgres;

namespace Dashboard.Storage.Gallery;

/// <summary>Which of the gallery's images to list, newest first; null or empty admits all.</summary>
/// <param name="Frames">False for finished samples, true for frames, null for both.</param>
/// <param name="Search">Part of the run's name or notes, or one of its tags.</param>
public sealed record ImageFilter(
    long? Run = null, long? Dataset = null, string? Sampler = null, int? Epoch = null, long? Seed = null, bool? Frames = false,
    string? Search = null, string? Cursor = null, int Limit = 100)
{
    /// <summary>Network evaluations that drew it, the form's sampling steps.</summary>
    public int? Evaluations { get; init; }

    /// <summary>The id of the run's owner, or part of the name.</summary>
    public string? Owner { get; init; }

    public DateTimeOffset? From { get; init; }

    /// <summary>Not this moment itself.</summary>
    public DateTimeOffset? Until { get; init; }
}
