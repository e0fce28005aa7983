using Dashboard.Formats;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Npgsql;

namespace Dashboard.Storage.Datasets;

public enum DatasetResult
{
    Done,
    NotFound,

    /// <summary>The data set is not this person's.</summary>
    NotAllowed,

    /// <summary>Another has that name.</summary>
    NameTaken,

    /// <summary>Runs use it.</summary>
    InUse,

    /// <summary>Its state does not admit it.</summary>
    NotPossible,
}

/// <summary>What came of a person's wish.</summary>
/// <param name="Reason">For a person, when it was not done; says what to do.</param>
public sealed record DatasetOutcome(DatasetResult Result, string? Reason = null, long Id = 0);

/// <summary>Makes, renames and deletes data sets.</summary>
public sealed class DatasetStore(NpgsqlDataSource source, DatasetFiles files)
{
    public const int LongestName = 120;

    internal const string LabelsInUse =
        "Runs were made from this data set, and its labels and split are part of what they were trained on. Delete those runs, "
            + "or import the images once more under another name.";

    /// <summary>The row and the ticket for its import, together or not at all.</summary>
    /// <param name="owner">Null for the built-in ones.</param>
    /// <param name="upload">
    /// A zip that came whole: it is moved to where the import looks for it, or stays if nothing was made.
    /// </param>
    /// <exception cref="RightsEndedException">The owner is no member any more.</exception>
    public async Task<DatasetOutcome> CreateAsync(
        string name, DatasetSource from, Person? owner, string? upload = null, CancellationToken stop = default)
    {
        long made = 0;
        try
        {
            return await EnlistedTransaction.RunAsync(source, async connection =>
            {
                if (owner is not null)
                {
                    await connection.EnsureAsync(owner, Roles.Member, stop);
                }

                made = await connection.Command(
                    """
                    INSERT INTO datasets (name, kind, state, source, image_count, skipped_count, label_count, bytes, progress,
                        phase, owner_id, owner_name, created_at)
                    VALUES (@name, @kind, 'Importing', @source::jsonb, 0, 0, 0, 0, 0, 'waiting for a worker',
                        @owner, @ownerName, now())
                    ON CONFLICT (name) DO NOTHING RETURNING id
                    """,
                    ("name", name), ("kind", from.Kind.ToString()), ("source", from.ToJson()), ("owner", owner?.Id),
                    ("ownerName", owner?.Name))
                    .ScalarAsync<long>(stop);
                if (made == 0)
                {
                    return Taken(name);
                }

                TicketOffice.EnqueueImport(connection, made);
                await connection.NotifyDatasetAsync(made, stop);
                if (upload is not null)
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(files.Upload(made))!);
                    File.Move(upload, files.Upload(made));
                }

                return new DatasetOutcome(DatasetResult.Done, Id: made);
            }, stop);
        }
        catch when (made != 0)
        {
            files.RemoveUpload(made);
            throw;
        }
    }

    public async Task<DatasetOutcome> RenameAsync(long id, string name, Person person, CancellationToken stop = default)
    {
        if (await RefuseAsync(id, person, stop) is { } refusal)
        {
            return refusal;
        }

        try
        {
            await using var connection = await source.OpenConnectionAsync(stop);
            await connection.Command("UPDATE datasets SET name = @name WHERE id = @id", ("id", id), ("name", name))
                .ExecuteAsync(stop);
            await connection.NotifyDatasetAsync(id, stop);
            return new DatasetOutcome(DatasetResult.Done, Id: id);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Taken(name);
        }
    }

    /// <summary>
    /// Leaves images out of new runs, or uses them again. Runs that have a checkpoint go on with what they started with.
    /// </summary>
    /// <param name="images">Their places in the pack.</param>
    public async Task<DatasetOutcome> LeaveOutAsync(
        long id, IReadOnlyCollection<int> images, bool leftOut, Person person, CancellationToken stop = default)
    {
        if (await RefuseAsync(id, person, stop) is { } refusal)
        {
            return refusal;
        }

        await using var connection = await source.OpenConnectionAsync(stop);
        var changed = await connection.Command(
            """
            UPDATE dataset_images i SET left_out = @out FROM datasets d
            WHERE d.id = @id AND d.state = 'Ready' AND i.dataset_id = d.id AND i.index = ANY(@images)
            """,
            ("id", id), ("out", leftOut), ("images", images.ToArray())).ExecuteAsync(stop);
        if (changed == 0)
        {
            return new DatasetOutcome(
                DatasetResult.NotPossible, "There is no such image, or its data set is not ready. Wait for the import.", id);
        }

        await connection.NotifyDatasetAsync(id, stop);
        return new DatasetOutcome(DatasetResult.Done, Id: id);
    }

    /// <summary>Whether this person may change labels now.</summary>
    public async Task<DatasetOutcome> MayLabelAsync(long id, Person person, CancellationToken stop = default)
    {
        if (await RefuseAsync(id, person, stop) is { } refusal)
        {
            return refusal;
        }

        await using var connection = await source.OpenConnectionAsync(stop);
        return await connection.DatasetIsUsedAsync(id, stop) ? new DatasetOutcome(DatasetResult.InUse, LabelsInUse, id)
            : await connection.Command("SELECT state FROM datasets WHERE id = @id", ("id", id)).ScalarAsync<string>(stop)
                != nameof(DatasetState.Ready)
                ? new DatasetOutcome(
                    DatasetResult.NotPossible, "Labels can be changed when the data set is ready. Wait for its import.", id)
            : new DatasetOutcome(DatasetResult.Done, Id: id);
    }

    /// <summary>Has a worker give the images other labels and another split.</summary>
    /// <param name="wanted">Checked by <see cref="LabelRules"/>.</param>
    public async Task<DatasetOutcome> LabelAsync(
        long id, LabelOptions wanted, Person person, CancellationToken stop = default)
    {
        var may = await MayLabelAsync(id, person, stop);
        return may.Result != DatasetResult.Done ? may : await EnlistedTransaction.RunAsync(source, async connection =>
        {
            // Locked, so that no run can come between the question and the change.
            var labels = await connection.Command(
                "SELECT COALESCE(labels::text, '') FROM datasets WHERE id = @id AND state = 'Ready' FOR UPDATE", ("id", id))
                .ScalarAsync<string>(stop);
            if (labels is null || await connection.DatasetIsUsedAsync(id, stop))
            {
                return labels is null
                    ? new DatasetOutcome(DatasetResult.NotFound, $"There is no data set {id}.", id)
                    : new DatasetOutcome(DatasetResult.InUse, LabelsInUse, id);
            }

            var state = LabelState.Parse(labels is "" ? null : labels) with { Wanted = wanted, Error = null };
            await connection.Command(
                """
                UPDATE datasets SET labels = @labels::jsonb, progress = 0, phase = 'waiting for a worker', progress_at = now()
                WHERE id = @id
                """,
                ("id", id), ("labels", state.ToJson())).ExecuteAsync(stop);
            TicketOffice.EnqueueLabelling(connection, id);
            await connection.NotifyDatasetAsync(id, stop);
            return new DatasetOutcome(DatasetResult.Done, Id: id);
        }, stop);
    }

    /// <summary>Has a worker give the images the perceptual hashes by which near-duplicates are found.</summary>
    public async Task<DatasetOutcome> HashAsync(long id, Person person, CancellationToken stop = default)
    {
        if (await RefuseAsync(id, person, stop) is { } refusal)
        {
            return refusal;
        }

        return await EnlistedTransaction.RunAsync(source, async connection =>
        {
            var changed = await connection.Command(
                """
                UPDATE datasets SET progress = 0, phase = 'waiting for a worker', progress_at = now()
                WHERE id = @id AND state = 'Ready' AND NOT is_hashed
                """,
                ("id", id)).ExecuteAsync(stop);
            if (changed == 0)
            {
                return new DatasetOutcome(
                    DatasetResult.NotPossible,
                    "This data set was searched for near-duplicates already, or it is not ready.",
                    id);
            }

            TicketOffice.EnqueueHashing(connection, id);
            await connection.NotifyDatasetAsync(id, stop);
            return new DatasetOutcome(DatasetResult.Done, Id: id);
        }, stop);
    }

    /// <summary>Images that new runs don't use, by their places in the pack.</summary>
    public async Task<IReadOnlyList<int>> LeftOutAsync(long id, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        return await connection.Command(
            "SELECT index FROM dataset_images WHERE dataset_id = @id AND left_out ORDER BY index", ("id", id))
            .RowsAsync(row => row.GetInt32(0), stop);
    }

    /// <summary>Deletes the data set and its files. An import that is under way notices and ends.</summary>
    public async Task<DatasetOutcome> DeleteAsync(long id, Person person, CancellationToken stop = default)
    {
        if (await RefuseAsync(id, person, stop) is { } refusal)
        {
            return refusal;
        }

        try
        {
            await using var connection = await source.OpenConnectionAsync(stop);
            await connection.Command("DELETE FROM datasets WHERE id = @id", ("id", id)).ExecuteAsync(stop);
            await connection.NotifyDatasetAsync(id, stop);
        }
        catch (PostgresException e) when (
            e.SqlState is PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.RestrictViolation)
        {
            return new DatasetOutcome(
                DatasetResult.InUse,
                await IsOnlyOfDeletedRunsAsync(id, stop)
                    ? "Only deleted runs use this data set. It can be deleted once they are removed for good, "
                        + "Dashboard:Limits:KeepDeletedHours after their deletion."
                    : "Runs were made from this data set, and they need it to be repeated. Delete those runs first.",
                id);
        }

        files.Remove(id);
        return new DatasetOutcome(DatasetResult.Done, Id: id);
    }

    private async Task<bool> IsOnlyOfDeletedRunsAsync(long id, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        return !await connection.Command(
            "SELECT EXISTS (SELECT 1 FROM runs WHERE dataset_id = @id AND deleted_at IS NULL)", ("id", id))
            .ScalarAsync<bool>(stop);
    }

    /// <summary>Sets an unfinished import to failed and takes back what it left. For whoever saw its process die.</summary>
    /// <param name="error">In words for a person.</param>
    public async Task FailAsync(long id, string error, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var changed = await connection.Command(
            """
            UPDATE datasets SET state = 'Failed', error = @error, phase = NULL, image_count = 0, label_count = 0,
                progress_at = now()
            WHERE id = @id AND state = 'Importing'
            """,
            ("id", id), ("error", StoredText.Line(error))).ExecuteAsync(stop);
        if (changed == 0)
        {
            return;
        }

        await connection.Command("DELETE FROM dataset_images WHERE dataset_id = @id", ("id", id)).ExecuteAsync(stop);
        await connection.NotifyDatasetAsync(id, stop);
        await transaction.CommitAsync(stop);
        files.RemoveFailed(id);
    }

    /// <summary>Imports a failed data set again. A zip is gone by then: it has to be uploaded anew.</summary>
    public async Task<DatasetOutcome> RetryAsync(long id, Person person, CancellationToken stop = default)
    {
        if (await RefuseAsync(id, person, stop) is { } refusal)
        {
            return refusal;
        }

        return await EnlistedTransaction.RunAsync(source, async connection =>
        {
            var changed = await connection.Command(
                """
                UPDATE datasets SET state = 'Importing', error = NULL, progress = 0, phase = 'waiting for a worker',
                    progress_at = NULL
                WHERE id = @id AND state = 'Failed' AND kind <> 'Zip'
                """,
                ("id", id)).ExecuteAsync(stop);
            if (changed == 0)
            {
                return new DatasetOutcome(
                    DatasetResult.NotPossible,
                    "Only a failed import can be started again, and a zip has to be uploaded again instead.",
                    id);
            }

            TicketOffice.EnqueueImport(connection, id);
            await connection.NotifyDatasetAsync(id, stop);
            return new DatasetOutcome(DatasetResult.Done, Id: id);
        }, stop);
    }

    private async Task<DatasetOutcome?> RefuseAsync(long id, Person person, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        person = await connection.EnsureAsync(person, Roles.Viewer, stop);
        var owners = await connection.Command("SELECT owner_id FROM datasets WHERE id = @id", ("id", id))
            .RowsAsync(row => row.IsDBNull(0) ? null : row.GetString(0), stop);
        return owners switch
        {
            [] => new DatasetOutcome(DatasetResult.NotFound, $"There is no data set {id}.", id),
            [var owner] when !person.MayChange(owner) =>
                new DatasetOutcome(
                    DatasetResult.NotAllowed, "This data set is somebody else's; its owner or an admin may change it.", id),
            _ => null,
        };
    }

    private static DatasetOutcome Taken(string name) =>
        new(DatasetResult.NameTaken, $"There is a data set “{name}” already. Choose another name.");
}
