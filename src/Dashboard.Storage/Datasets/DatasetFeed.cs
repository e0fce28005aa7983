using Dashboard.Storage.Postgres;

namespace Dashboard.Storage.Datasets;

/// <summary>What workers and web nodes do to data sets, as it happens.</summary>
public sealed class DatasetFeed(ChangeFeed changes)
{
    /// <summary>Calls back, on a pool thread and at most about ten times a second, when a data set changes.</summary>
    /// <param name="datasetId">Null for any data set.</param>
    public IDisposable Subscribe(long? datasetId, Action<Change> onChange) =>
        changes.Subscribe(ChangeFeed.Datasets, datasetId, onChange);
}
