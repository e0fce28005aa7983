using Npgsql;

namespace Dashboard.Storage.Datasets;

/// <summary>Held while a data set is imported, so that a worker that was frozen and its successor never write the same files. Ends with the process.</summary>
public sealed class ImportLock : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;

    private ImportLock(NpgsqlConnection connection) => this.connection = connection;

    /// <summary>Null if another process still imports it after the patience.</summary>
    public static async Task<ImportLock?> TryTakeAsync(NpgsqlDataSource source, long datasetId, TimeSpan patience, CancellationToken stop)
    {
        var giveUp = DateTimeOffset.UtcNow + patience;
        var connection = await source.OpenConnectionAsync(stop);
        while (!await connection.Command("SELECT pg_try_advisory_lock(hashtext('datasets.import'), @id::int)", ("id", datasetId)).ScalarAsync<bool>(stop))
        {
            if (DateTimeOffset.UtcNow >= giveUp)
            {
                await connection.DisposeAsync();
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
        }

        return new ImportLock(connection);
    }

    // Returning a connection to its pool gives up the locks of its session.
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
