using Dashboard.Formats;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Datasets;

/// <summary>A change of labels that a worker carries out.</summary>
/// <param name="HasFolders">Whether folders say the labels; else the source itself did.</param>
public sealed record LabelChange(LabelOptions Was, LabelOptions Wanted, bool HasFolders);

/// <summary>What one image is called after a change of labels.</summary>
/// <param name="LeftOut">Null leaves that as it is.</param>
public sealed record RelabelledImage(string Name, string? Label, bool Validation, bool? LeftOut);

/// <summary>
/// Writes a change of labels: all rows, and the pack's index between them, or nothing. A Postgres that is away is waited for.
/// </summary>
public sealed class LabelRecorder(NpgsqlDataSource source, long id)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <returns>What to change; null if there is nothing to do.</returns>
    public async Task<LabelChange?> StartAsync(CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        return await ReadAsync(connection, "", stop) is ({ Wanted: { } wanted } state, var hasFolders)
            ? new LabelChange(state.Options, wanted, hasFolders)
            : null;
    }

    /// <param name="fraction">0…1.</param>
    public async Task ReportAsync(double fraction, string doing, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await connection.Command(
            "UPDATE datasets SET progress = @progress, phase = @phase, progress_at = now() WHERE id = @id",
            ("id", id), ("progress", fraction), ("phase", doing)).ExecuteAsync(stop);
        await connection.NotifyDatasetAsync(id, stop);
    }

    /// <summary>Writes the rows, and the index by <paramref name="writeIndex"/> last, before the commit.</summary>
    /// <param name="images">In the order of the pack.</param>
    /// <returns>False if something else is wanted by now.</returns>
    public Task<bool> CompleteAsync(
        LabelChange change, IReadOnlyList<RelabelledImage> images, LabelFindings findings, string fingerprint,
        Action writeIndex, CancellationToken stop) => WhilePostgresIsAway.RetryAsync(
        async () =>
        {
            await using var connection = await source.OpenConnectionAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);

            // A run that is added refers to the row: until the commit none can come.
            if (await ReadAsync(connection, "FOR UPDATE", stop) is not ({ } state, _) || !Same(state.Wanted, change.Wanted))
            {
                return false;
            }

            if (await connection.DatasetIsUsedAsync(id, stop))
            {
                await EndAsync(connection, state with { Wanted = null, Error = DatasetStore.LabelsInUse }, stop);
                await transaction.CommitAsync(stop);
                return true;
            }

            await connection.Command(
                """
                UPDATE dataset_images i SET name = u.name, label = u.label, validation = u.validation,
                    left_out = COALESCE(u.left_out, i.left_out)
                FROM unnest(@indexes, @names, @labels, @validation, @out) u(index, name, label, validation, left_out)
                WHERE i.dataset_id = @id AND i.index = u.index
                    AND (i.name, i.label, i.validation, i.left_out)
                        IS DISTINCT FROM (u.name, u.label, u.validation, COALESCE(u.left_out, i.left_out))
                """,
                ("id", id), ("indexes", Enumerable.Range(0, images.Count).ToArray()),
                ("names", images.Select(i => i.Name).ToArray()), ("labels", images.Select(i => i.Label).ToArray()),
                ("validation", images.Select(i => i.Validation).ToArray()), ("out", images.Select(i => i.LeftOut).ToArray()))
                .ExecuteAsync(stop);
            await connection.Command(
                """
                UPDATE datasets SET fingerprint = @fingerprint,
                    label_count = (SELECT count(DISTINCT label) FROM dataset_images WHERE dataset_id = @id AND NOT left_out)
                WHERE id = @id
                """,
                ("id", id), ("fingerprint", fingerprint)).ExecuteAsync(stop);
            await EndAsync(connection, new LabelState(change.Wanted, findings), stop);
            writeIndex();
            await transaction.CommitAsync(stop);
            return true;
        },
        Patience,
        stop: stop);

    /// <summary>Nothing was changed.</summary>
    /// <param name="reason">In words for a person.</param>
    public async Task FailAsync(string reason, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (await ReadAsync(connection, "FOR UPDATE", stop) is ({ Wanted: not null } state, _))
        {
            await EndAsync(connection, state with { Wanted = null, Error = StoredText.Line(reason) }, stop);
            await transaction.CommitAsync(stop);
        }
    }

    private async Task EndAsync(NpgsqlConnection connection, LabelState state, CancellationToken stop)
    {
        await connection.Command(
            "UPDATE datasets SET labels = @labels::jsonb, progress = 1, phase = NULL, progress_at = now() WHERE id = @id",
            ("id", id), ("labels", state.ToJson())).ExecuteAsync(stop);
        await connection.NotifyDatasetAsync(id, stop);
    }

    private async Task<(LabelState State, bool HasFolders)?> ReadAsync(
        NpgsqlConnection connection, string locking, CancellationToken stop) =>
        await connection.Command(
            $"SELECT labels::text, kind FROM datasets WHERE id = @id AND state = 'Ready' {locking}", ("id", id))
            .RowsAsync(
                row => (LabelState.Parse(row.IsDBNull(0) ? null : row.GetString(0)),
                    HasFolders(Enum.Parse<DatasetKind>(row.GetString(1)))),
                stop) is [var found]
            ? found
            : null;

    internal static bool HasFolders(DatasetKind kind) => kind is DatasetKind.Zip or DatasetKind.Folder;

    private static bool Same(LabelOptions? one, LabelOptions other) =>
        one is not null && new LabelState(one).ToJson() == new LabelState(other).ToJson();
}
