using System.Text.Json;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Workers;

namespace Dashboard.Storage.Runs;

/// <summary>The team's present: what runs, what waits in its order, what ended last, who works.</summary>
/// <param name="NewestSamples">The newest samples of each running run.</param>
public sealed record ActivitySnapshot(
    IReadOnlyList<RunItem> Running, IReadOnlyList<RunItem> Waiting, IReadOnlyList<RunItem> Recent,
    IReadOnlyList<WorkerItem> Workers, IReadOnlyDictionary<long, IReadOnlyList<ImageItem>> NewestSamples);
