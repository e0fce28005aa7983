using Dashboard.Storage.Postgres;

namespace Dashboard.Storage.Gallery;

/// <summary>Which of the gallery's images to list, newest first.</summary>
/// <param name="Frames">False for finished samples, true for frames, null for both.</param>
/// <param name="Search">Part of the run's name.</param>
public sealed record ImageFilter(
    long? Run = null, long? Dataset = null, string? Sampler = null, int? Epoch = null, long? Seed = null, bool? Frames = false,
    string? Search = null, string? Cursor = null, int Limit = 100);
