using Dashboard.Storage.Datasets;
using Dashboard.Web.Shared;

namespace Dashboard.Web.NewRun;

/// <param name="Pictures">Addresses of a few of its images, small.</param>
public sealed record DatasetCard(long Id, string Name, int Images, int Labels, IReadOnlyList<string> Pictures)
{
    public string? Picture => Pictures.Count > 0 ? Pictures[0] : null;
}

/// <summary>The data sets that a run can be queued on, with a few of their images.</summary>
public sealed class DatasetCards(DatasetQueries datasets)
{
    private const int PicturesEach = 6;

    public async Task<IReadOnlyList<DatasetCard>> ReadyAsync(CancellationToken stop = default) =>
    [
        .. (await datasets.ListAsync(stop))
            .Where(d => d is { State: DatasetState.Ready, TooSmall: null })
            .OrderByDescending(d => d.CreatedAt)
            .Select(d => new DatasetCard(d.Id, d.Name, d.ImageCount, d.LabelCount, Pictures(d.Id, d.ImageCount))),
    ];

    /// <summary>Evenly spread over the data set, so that every label has a chance to show.</summary>
    private static string[] Pictures(long dataset, int count) =>
    [
        .. Enumerable.Range(0, Math.Min(PicturesEach, count))
            .Select(i => Addresses.DatasetThumbnail(dataset, (int)((long)i * count / Math.Min(PicturesEach, count)))),
    ];
}
