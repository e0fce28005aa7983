using Dashboard.Storage.Accounts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Npgsql;

namespace Dashboard.Storage.Artifacts;

/// <summary>
/// Files of weights that people brought, named by their hash. One belongs to the import runs that name it, and goes when all of
/// these have failed or were canceled.
/// </summary>
public sealed class ImportedWeights(RunQueue queue, NpgsqlDataSource source, ArtifactFiles files)
{
    /// <summary>Queues the run that checks an upload, and moves the upload to its place: both or neither.</summary>
    /// <param name="upload">A file that came whole. It stays where nothing is queued.</param>
    /// <returns>The run's id.</returns>
    /// <exception cref="OverQuotaException">As many of the owner's runs wait as may.</exception>
    public async Task<long> EnqueueAsync(
        RunSubmission run, string upload, string sha256, Person owner, CancellationToken stop = default)
    {
        try
        {
            return await queue.EnqueueAsync(run, owner, connection => KeepAsync(connection, upload, sha256, stop), stop);
        }
        catch
        {
            // It may have been moved before the commit failed.
            await RemoveIfUnusedAsync(sha256, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Deletes the files of imports that failed or were canceled.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RemoveUnusedAsync(CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var unused = await connection.Command(
            """
            SELECT spec ->> 'sha256' FROM runs WHERE kind = 'Import'
            GROUP BY spec ->> 'sha256' HAVING bool_and(state IN ('Failed', 'Canceled'))
            """).RowsAsync(row => row.GetString(0), stop);
        var removed = 0;
        foreach (var sha256 in unused.Where(sha256 => File.Exists(files.ImportedWeights(sha256))))
        {
            removed += await RemoveIfUnusedAsync(sha256, stop) ? 1 : 0;
        }

        return removed;
    }

    /// <summary>Deletes a file unless a run or a checkpoint needs it.</summary>
    internal async Task<bool> RemoveIfUnusedAsync(string sha256, CancellationToken stop)
    {
        var path = files.ImportedWeights(sha256);
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await LockAsync(connection, sha256, stop);
        var used = await connection.Command(
            """
            SELECT EXISTS (SELECT 1 FROM runs
                    WHERE kind = 'Import' AND state NOT IN ('Failed', 'Canceled') AND spec ->> 'sha256' = @sha256)
                OR EXISTS (SELECT 1 FROM checkpoints WHERE path = @path)
            """,
            ("sha256", sha256), ("path", files.Relative(path))).ScalarAsync<bool>(stop);
        if (used || !File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return true;
    }

    private async Task KeepAsync(NpgsqlConnection connection, string upload, string sha256, CancellationToken stop)
    {
        await LockAsync(connection, sha256, stop);
        var kept = files.ImportedWeights(sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(kept)!);
        File.Move(upload, kept, overwrite: true);
    }

    /// <summary>Until the transaction ends, nobody else keeps or deletes this file.</summary>
    private static async Task LockAsync(NpgsqlConnection connection, string sha256, CancellationToken stop) =>
        await connection.Command("SELECT pg_advisory_xact_lock(hashtext('imports'), hashtext(@sha256))", ("sha256", sha256))
            .ExecuteAsync(stop);
}
