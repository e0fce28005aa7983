using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Npgsql;

namespace Dashboard.Storage.Runs.Curation;

/// <param name="Id">Of a run.</param>
public sealed record RunName(long Id, string Name);

/// <summary>What a run has, and what would miss it.</summary>
/// <param name="Bytes">Of its folder, and of pictures that no other run shows.</param>
/// <param name="Continued">Training runs that started from its checkpoints.</param>
/// <param name="Drawn">Sampling runs that draw from its checkpoints.</param>
public sealed record RunDependents(
    long Pictures, long Checkpoints, long Bytes, IReadOnlyList<RunName> Continued, IReadOnlyList<RunName> Drawn);

/// <summary>A run that is deleted and not yet removed for good.</summary>
/// <param name="RemovedAt">When a chore may remove it.</param>
public sealed record DeletedRun(
    long Id, string Name, string? OwnerId, string? DeletedBy, DateTimeOffset DeletedAt, DateTimeOffset RemovedAt);

/// <summary>
/// Deletes runs in two steps: first nobody sees the run any more and it can be restored; after a grace time its rows, pictures
/// and files go. Pictures that another run shows too stay.
/// </summary>
public sealed class RunDeletion(
    NpgsqlDataSource source, ArtifactFiles files, ImportedWeights weights, CurationLimits? limits = null)
{
    private const string Checkpoints = "SELECT id FROM checkpoints WHERE run_id = @id";

    private readonly CurationLimits limits = limits ?? new();

    /// <returns>Null where there is no such run.</returns>
    public async Task<RunDependents?> DependentsAsync(long id, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var rows = await connection.Command(
            $"""
            SELECT (SELECT count(*) FROM images WHERE run_id = @id), (SELECT count(*) FROM ({Checkpoints}) c),
                coalesce((SELECT sum(octet_length(png) + octet_length(thumbnail)) FROM image_blobs b
                    WHERE EXISTS (SELECT 1 FROM images i WHERE i.sha256 = b.sha256 AND i.run_id = @id)
                    AND NOT EXISTS (SELECT 1 FROM images i WHERE i.sha256 = b.sha256 AND i.run_id <> @id)), 0)::bigint
            FROM runs WHERE id = @id AND deleted_at IS NULL
            """,
            ("id", id)).RowsAsync(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), stop);
        if (rows is not [var (pictures, checkpoints, bytes)])
        {
            return null;
        }

        var others = await OthersAsync(connection, id, "true", stop);
        return new RunDependents(
            pictures, checkpoints, bytes + BytesOf(id),
            [.. others.Where(other => other.Kind == nameof(RunKind.Training)).Select(other => other.Run)],
            [.. others.Where(other => other.Kind == nameof(RunKind.Sampling)).Select(other => other.Run)]);
    }

    /// <summary>Hides an own run from everybody; an admin deletes every run. A waiting run leaves the queue.</summary>
    public async Task<QueueOutcome> DeleteAsync(long id, Person person, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        person = await connection.EnsureAsync(person, Roles.Viewer, stop);
        var runs = await connection.Command(
            "SELECT owner_id, state FROM runs WHERE id = @id AND deleted_at IS NULL FOR UPDATE", ("id", id))
            .RowsAsync(
                row => (Owner: row.IsDBNull(0) ? null : row.GetString(0), State: Enum.Parse<RunState>(row.GetString(1))), stop);
        if (runs is not [var run])
        {
            return QueueOutcome.NotFound(id);
        }

        if (!person.MayChange(run.Owner))
        {
            return QueueOutcome.NotAllowed;
        }

        if (run.State.IsHeld())
        {
            return QueueOutcome.NotPossible("a worker has the run; cancel it first");
        }

        if (await OthersAsync(connection, id, "state IN ('Queued', 'Paused', 'Running', 'Pausing')", stop) is [var needed, ..])
        {
            return QueueOutcome.NotPossible(
                $"run {needed.Run.Id} “{needed.Run.Name}” has not ended and needs its checkpoints; cancel it or let it end");
        }

        await connection.Command(
            """
            UPDATE runs SET deleted_at = now(), deleted_by = @by, sequence = sequence + 1,
                state = CASE WHEN state IN ('Queued', 'Paused') THEN 'Canceled' ELSE state END,
                ended_at = CASE WHEN state IN ('Queued', 'Paused') THEN now() ELSE ended_at END
            WHERE id = @id
            """,
            ("id", id), ("by", person.Name)).ExecuteAsync(stop);
        await connection.TellRunAsync(id, RunLogLevel.Information, $"Deleted by {person.Name}.", stop);
        await connection.NotifyRunAsync(id, stop);
        await transaction.CommitAsync(stop);
        return QueueOutcome.Done(id);
    }

    /// <summary>Takes a deleted run back, as it was; one that waited is canceled now.</summary>
    public async Task<QueueOutcome> RestoreAsync(long id, Person person, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        person = await connection.EnsureAsync(person, Roles.Viewer, stop);
        var runs = await connection.Command(
            "SELECT owner_id, deleted_at IS NOT NULL FROM runs WHERE id = @id FOR UPDATE", ("id", id))
            .RowsAsync(row => (Owner: row.IsDBNull(0) ? null : row.GetString(0), IsDeleted: row.GetBoolean(1)), stop);
        if (runs is not [var run])
        {
            return QueueOutcome.NotFound(id);
        }

        if (!person.MayChange(run.Owner))
        {
            return QueueOutcome.NotAllowed;
        }

        if (run.IsDeleted)
        {
            await connection.Command(
                "UPDATE runs SET deleted_at = NULL, deleted_by = NULL, sequence = sequence + 1 WHERE id = @id", ("id", id))
                .ExecuteAsync(stop);
            await connection.TellRunAsync(id, RunLogLevel.Information, $"Restored by {person.Name}.", stop);
            await connection.NotifyRunAsync(id, stop);
            await transaction.CommitAsync(stop);
        }

        return QueueOutcome.Done(id);
    }

    /// <returns>Null where the run is not deleted, or is gone for good.</returns>
    public async Task<DeletedRun?> FindAsync(long id, CancellationToken stop = default) =>
        await ReadAsync(id, stop) is [var run] ? run : null;

    /// <summary>All that are deleted and not yet removed, the oldest first.</summary>
    public Task<IReadOnlyList<DeletedRun>> ListAsync(CancellationToken stop = default) => ReadAsync(null, stop);

    /// <summary>Removes the rows, pictures and files of runs whose grace time is over.</summary>
    /// <returns>How many runs.</returns>
    public async Task<int> RemoveAsync(CancellationToken stop = default)
    {
        var removed = 0;
        while (await RemoveNextAsync(stop))
        {
            removed++;
        }

        return removed;
    }

    private async Task<bool> RemoveNextAsync(CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var runs = await connection.Command(
            """
            SELECT id, CASE WHEN kind = 'Import' THEN spec ->> 'sha256' END FROM runs WHERE deleted_at < now() - @grace
            ORDER BY deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """,
            ("grace", limits.KeepDeleted))
            .RowsAsync(row => (Id: row.GetInt64(0), Weights: row.IsDBNull(1) ? null : row.GetString(1)), stop);
        if (runs is not [var run])
        {
            return false;
        }

        // A worker that draws the same picture again finds its blob and refers to it without a lock; so nobody may insert one
        // until it is known which of them are still shown.
        await connection.Command("LOCK TABLE image_blobs IN SHARE ROW EXCLUSIVE MODE").ExecuteAsync(stop);
        await connection.Command(
            """
            WITH gone AS (DELETE FROM images WHERE run_id = @id RETURNING sha256)
            DELETE FROM image_blobs b USING (SELECT DISTINCT sha256 FROM gone) g WHERE b.sha256 = g.sha256
                AND NOT EXISTS (SELECT 1 FROM images i WHERE i.sha256 = b.sha256 AND i.run_id <> @id)
            """,
            ("id", run.Id)).ExecuteAsync(stop);
        await connection.Command("DELETE FROM runs WHERE id = @id", ("id", run.Id)).ExecuteAsync(stop);
        await transaction.CommitAsync(stop);

        // Rows first: files without a row are found and removed later, rows without files would be broken.
        if (Directory.Exists(files.RunFolder(run.Id)))
        {
            Directory.Delete(files.RunFolder(run.Id), recursive: true);
        }

        if (run.Weights is { } sha256)
        {
            await weights.RemoveIfUnusedAsync(sha256, stop);
        }

        return true;
    }

    private async Task<IReadOnlyList<DeletedRun>> ReadAsync(long? id, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        return await connection.Command(
            """
            SELECT id, name, owner_id, deleted_by, deleted_at, deleted_at + @grace FROM runs
            WHERE deleted_at IS NOT NULL AND (@id IS NULL OR id = @id) ORDER BY deleted_at
            """,
            ("id", new NpgsqlParameter<long?>("id", id)), ("grace", limits.KeepDeleted)).RowsAsync(
                row => new DeletedRun(
                    row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2),
                    row.IsDBNull(3) ? null : row.GetString(3), row.GetFieldValue<DateTimeOffset>(4),
                    row.GetFieldValue<DateTimeOffset>(5)),
                stop);
    }

    /// <summary>Runs that started from this one's checkpoints or draw from them.</summary>
    private static Task<List<(RunName Run, string Kind)>> OthersAsync(
        NpgsqlConnection connection, long id, string condition, CancellationToken stop) =>
        connection.Command(
            $"""
            SELECT id, name, kind FROM runs WHERE deleted_at IS NULL AND id <> @id AND {condition} AND (
                (kind = 'Training' AND spec ->> 'continueFrom' IN (SELECT id::text FROM ({Checkpoints}) c))
                OR (kind = 'Sampling' AND (checkpoint_id IN ({Checkpoints}) OR spec ->> 'run' = @id::text)))
            ORDER BY id
            """,
            ("id", id)).RowsAsync(row => (new RunName(row.GetInt64(0), row.GetString(1)), row.GetString(2)), stop);

    private long BytesOf(long id)
    {
        var folder = new DirectoryInfo(files.RunFolder(id));
        return folder.Exists ? folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;
    }
}
