using Dashboard.Formats;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Storage.Datasets;

/// <summary>The data set was deleted, or set to failed by somebody else, while it was imported.</summary>
public sealed class DatasetGoneException(long id) : Exception($"data set {id} is no longer being imported");

/// <summary>
/// Writes what an import finds, in batches: rows, progress and one notification in a transaction. An import that starts again
/// starts from nothing. A Postgres that is away is waited for.
/// </summary>
public sealed class DatasetRecorder(NpgsqlDataSource source, long id)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly List<DatasetImage> images = [];
    private readonly List<DatasetProblem> problems = [];
    private int imageCount;
    private int skippedCount;
    private LabelOptions? options;
    private LabelFindings? findings;
    private double progress;
    private string phase = "starting";
    private DateTimeOffset flushedAt;

    /// <summary>Takes back what an earlier attempt left.</summary>
    /// <returns>What to import; null if there is nothing to do.</returns>
    public async Task<DatasetSource?> StartAsync(CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var json = await connection.Command(
            """
            UPDATE datasets SET image_count = 0, skipped_count = 0, label_count = 0, progress = 0, phase = 'starting',
                progress_at = now(), error = NULL
            WHERE id = @id AND state = 'Importing' RETURNING source::text
            """,
            ("id", id)).ScalarAsync<string>(stop);
        if (json is null)
        {
            return null;
        }

        await connection.Command("DELETE FROM dataset_images WHERE dataset_id = @id", ("id", id)).ExecuteAsync(stop);
        await connection.Command("DELETE FROM dataset_problems WHERE dataset_id = @id", ("id", id)).ExecuteAsync(stop);
        await connection.NotifyDatasetAsync(id, stop);
        await transaction.CommitAsync(stop);
        var from = DatasetSource.Parse(json);
        options = from.Labels;
        return from;
    }

    /// <param name="thumbnail">A small square JPEG.</param>
    public ValueTask AddImageAsync(
        int index, string name, string? label, int width, int height, byte[] thumbnail, CancellationToken stop) =>
        AddImageAsync(
            new DatasetImage
            {
                DatasetId = id, Index = index, Name = name, Label = label, Validation = false, Width = width, Height = height,
                Thumbnail = thumbnail,
            },
            stop);

    /// <param name="image">Its split is said when the import is complete.</param>
    public ValueTask AddImageAsync(DatasetImage image, CancellationToken stop)
    {
        images.Add(image);
        imageCount++;
        return FlushIfDueAsync(stop);
    }

    public ValueTask AddProblemAsync(string name, string reason, CancellationToken stop)
    {
        problems.Add(new DatasetProblem { DatasetId = id, Name = StoredText.Line(name), Reason = StoredText.Line(reason) });
        skippedCount++;
        return FlushIfDueAsync(stop);
    }

    /// <summary>What the names of all files say; kept with the data set when it is complete.</summary>
    public void Found(LabelFindings found) => findings = found;

    /// <param name="fraction">0…1.</param>
    public ValueTask ReportAsync(double fraction, string doing, CancellationToken stop)
    {
        (progress, phase) = (fraction, doing);
        return FlushIfDueAsync(stop);
    }

    /// <summary>The data set is complete on disk: makes it ready.</summary>
    /// <param name="validation">The images held out.</param>
    public async Task CompleteAsync(
        IReadOnlyCollection<int> validation, int labelCount, long bytes, string fingerprint, CancellationToken stop)
    {
        await FlushAsync(stop);
        await InTransactionAsync(async connection =>
        {
            await connection.Command(
                "UPDATE dataset_images SET validation = true WHERE dataset_id = @id AND index = ANY(@held)",
                ("id", id), ("held", validation.ToArray())).ExecuteAsync(stop);
            return await connection.Command(
                """
                UPDATE datasets SET state = 'Ready', progress = 1, phase = NULL, progress_at = now(), ready_at = now(),
                    label_count = @labels, bytes = @bytes, fingerprint = @fingerprint, labels = @state::jsonb, is_hashed = true
                WHERE id = @id AND state IN ('Importing', 'Ready')
                """,
                ("id", id), ("labels", labelCount), ("bytes", bytes), ("fingerprint", fingerprint),
                ("state", new LabelState(options ?? new LabelOptions(), findings).ToJson())).ExecuteAsync(stop);
        }, stop);
    }

    public async Task FlushAsync(CancellationToken stop)
    {
        await InTransactionAsync(async connection =>
        {
            var changed = await connection.Command(
                """
                UPDATE datasets SET image_count = @images, skipped_count = @skipped, progress = @progress, phase = @phase,
                    progress_at = now()
                WHERE id = @id AND state = 'Importing'
                """,
                ("id", id), ("images", imageCount), ("skipped", skippedCount), ("progress", progress), ("phase", phase))
                .ExecuteAsync(stop);
            if (changed == 1)
            {
                await CopyImagesAsync(connection, stop);
                await CopyProblemsAsync(connection, stop);
            }

            return changed;
        }, stop);
        images.Clear();
        problems.Clear();
        flushedAt = DateTimeOffset.UtcNow;
    }

    private ValueTask FlushIfDueAsync(CancellationToken stop) =>
        images.Count >= BatchSize || DateTimeOffset.UtcNow - flushedAt > Pace
            ? new ValueTask(FlushAsync(stop))
            : ValueTask.CompletedTask;

    private Task InTransactionAsync(
        Func<NpgsqlConnection, Task<int>> work, CancellationToken stop) => WhilePostgresIsAway.RetryAsync(
        async () =>
        {
            await using var connection = await source.OpenConnectionAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            if (await work(connection) == 0)
            {
                throw new DatasetGoneException(id);
            }

            await connection.NotifyDatasetAsync(id, stop);
            await transaction.CommitAsync(stop);
        },
        Patience,
        stop: stop);

    private async Task CopyImagesAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        if (images.Count == 0)
        {
            return;
        }

        // A commit whose answer was lost is repeated: the rows replace themselves.
        await connection.Command(
            "DELETE FROM dataset_images WHERE dataset_id = @id AND index >= @first", ("id", id), ("first", images[0].Index))
            .ExecuteAsync(stop);
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY dataset_images (dataset_id, index, name, label, validation, width, height, thumbnail, is_transparent, "
                + "is_animated, hash, left_out) FROM STDIN (FORMAT BINARY)",
            stop);
        foreach (var image in images)
        {
            await copy.StartRowAsync(stop);
            await copy.WriteAsync(id, NpgsqlDbType.Bigint, stop);
            await copy.WriteAsync(image.Index, NpgsqlDbType.Integer, stop);
            await copy.WriteAsync(image.Name, NpgsqlDbType.Text, stop);
            await (image.Label is null ? copy.WriteNullAsync(stop) : copy.WriteAsync(image.Label, NpgsqlDbType.Text, stop));
            await copy.WriteAsync(image.Validation, NpgsqlDbType.Boolean, stop);
            await copy.WriteAsync(image.Width, NpgsqlDbType.Integer, stop);
            await copy.WriteAsync(image.Height, NpgsqlDbType.Integer, stop);
            await copy.WriteAsync(image.Thumbnail, NpgsqlDbType.Bytea, stop);
            await copy.WriteAsync(image.IsTransparent, NpgsqlDbType.Boolean, stop);
            await copy.WriteAsync(image.IsAnimated, NpgsqlDbType.Boolean, stop);
            await (image.Hash is { } hash
                ? copy.WriteAsync(hash, NpgsqlDbType.Bigint, stop) : copy.WriteNullAsync(stop));
            await copy.WriteAsync(image.LeftOut, NpgsqlDbType.Boolean, stop);
        }

        await copy.CompleteAsync(stop);
    }

    private async Task CopyProblemsAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        if (problems.Count == 0)
        {
            return;
        }

        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY dataset_problems (dataset_id, name, reason) FROM STDIN (FORMAT BINARY)", stop);
        foreach (var problem in problems)
        {
            await copy.StartRowAsync(stop);
            await copy.WriteAsync(id, NpgsqlDbType.Bigint, stop);
            await copy.WriteAsync(problem.Name, NpgsqlDbType.Text, stop);
            await copy.WriteAsync(problem.Reason, NpgsqlDbType.Text, stop);
        }

        await copy.CompleteAsync(stop);
    }
}
