using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Datasets;

/// <summary>
/// Held while a data set is imported, so that a worker that was frozen and its successor never write the same files. Ends with
/// the process.
/// </summary>
public sealed class ImportLock : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly long datasetId;

    private ImportLock(NpgsqlConnection connection, long datasetId)
    {
        this.connection = connection;
        this.datasetId = datasetId;
    }

    /// <summary>Null if another process still imports it after the patience.</summary>
    public static async Task<ImportLock?> TryTakeAsync(
        NpgsqlDataSource source, long datasetId, TimeSpan patience, CancellationToken stop)
    {
        var giveUp = DateTimeOffset.UtcNow + patience;
        var connection = await source.OpenConnectionAsync(stop);
        while (!await connection
            .Command("SELECT pg_try_advisory_lock(hashtext('datasets.import'), @id::int)", ("id", datasetId))
            .ScalarAsync<bool>(stop))
        {
            if (DateTimeOffset.UtcNow >= giveUp)
            {
                await connection.DisposeAsync();
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
        }

        return new ImportLock(connection, datasetId);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // A pooled connection is only reset when it is used again, so the lock is given back by name.
            await connection.Command("SELECT pg_advisory_unlock(hashtext('datasets.import'), @id::int)", ("id", datasetId))
                .ExecuteAsync(CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // Postgres was away meanwhile: the session and its lock are gone.
        }

        await connection.DisposeAsync();
    }
}
