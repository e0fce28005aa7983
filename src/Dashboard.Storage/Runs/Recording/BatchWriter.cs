using System.Security.Cryptography;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Formats;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Dashboard.Storage.Runs.Recording;

/// <summary>
/// Writes one batch in one transaction: fence, sequence and heartbeat first, then the rows, then the notification.
/// </summary>
internal sealed class BatchWriter(long runId, int attempt, NpgsqlDataSource source, ArtifactFiles files)
{
    /// <summary>Events of this attempt that are known to be committed.</summary>
    private long reported;

    /// <summary>Writes a batch, or finds that an earlier try of the same batch had been committed after all.</summary>
    /// <exception cref="FencedException">The run has a newer attempt, has ended or is gone.</exception>
    public async Task WriteAsync(EventBatch batch, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var count = batch.IsEmpty ? 0 : Math.Max(1, batch.Events.Count);
        var raised = await RaiseAsync(connection, batch, count, stop);
        if (raised is null)
        {
            if (await CommittedBeforeAsync(connection, count, stop))
            {
                reported += count;
                return;
            }

            throw new FencedException("another attempt holds the run, or it has ended");
        }

        if (count > 0)
        {
            // The row's lock is held from here, so sequences appear to readers in order.
            await WriteRowsAsync(connection, batch.Events, raised.Sequence - count + 1, raised.CheckpointId, stop);
            await connection.NotifyRunAsync(runId, stop);
        }

        await transaction.CommitAsync(stop);
        reported += count;
    }

    private async Task<Raised?> RaiseAsync(NpgsqlConnection connection, EventBatch batch, int count, CancellationToken stop)
    {
        var clocks = batch.Events.Select(e => e.Clock).Append(batch.Progress?.Clock ?? default);
        var clock = clocks.MaxBy(c => c.Step);
        var metrics = batch.Events.OfType<MetricsEvent>().SelectMany(e => e.Values).ToList();
        var facts = batch.Events.Select(RunFacts.Of).OfType<(string Name, string Value)>()
            .GroupBy(f => f.Name).ToDictionary(f => StoredText.Line(f.Key), f => StoredText.Line(f.Last().Value));
        var byName = metrics.ToLookup(m => m.Key, m => m.Value);
        var last = byName.ToDictionary(m => m.Key, m => FiniteValue.Of(m.Last()));
        var lowest = Best(Better.Lower, values => values.Min());
        var highest = Best(Better.Higher, values => values.Max());
        var progress = batch.Progress;
        var rows = await connection.Command(
            $$"""
            UPDATE runs SET sequence = sequence + @count, reported = reported + @count, heartbeat_at = now(),
                step = greatest(step, @step), epoch = greatest(epoch, @epoch),
                images_done = coalesce(CASE WHEN @total > 0 THEN @done END, images_done),
                images_total = coalesce(nullif(@total, 0), images_total),
                images_per_second = CASE WHEN @done IS NULL THEN images_per_second ELSE @rate END,
                expected_end_at = CASE WHEN @done IS NULL THEN expected_end_at ELSE now() + @remaining END,
                phase = coalesce(@phase, phase),
                crashes = CASE WHEN @checkpoint THEN 0 ELSE crashes END,
                facts = facts || @facts::jsonb,
                last_metrics = last_metrics || @last::jsonb,
                best_metrics = best_metrics
                    || coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(@lowest::jsonb)
                        WHERE NOT best_metrics ? key OR (best_metrics ->> key)::float8 > (value #>> '{}')::float8), '{}')
                    || coalesce((SELECT jsonb_object_agg(key, value) FROM jsonb_each(@highest::jsonb)
                        WHERE NOT best_metrics ? key OR (best_metrics ->> key)::float8 < (value #>> '{}')::float8), '{}')
            WHERE id = @id AND attempt = @attempt AND reported = @reported AND {{Sql.Held}}
            RETURNING sequence, CASE WHEN kind = 'Sampling' THEN checkpoint_id END
            """,
            ("id", runId), ("attempt", attempt), ("reported", reported), ("count", count), ("step", clock.Step),
            ("epoch", clock.Epoch),
            ("done", new NpgsqlParameter<long?>("done", progress?.ImagesDone)),
            ("total", new NpgsqlParameter<long?>("total", progress?.ImagesTotal)),
            ("rate", new NpgsqlParameter<double?>("rate", progress is null ? null : FiniteValue.Of(progress.ImagesPerSecond))),
            ("remaining", new NpgsqlParameter<TimeSpan?>(
                "remaining", progress?.Remaining is { } left ? ProgressEvent.Time(left.TotalSeconds) : null)),
            ("phase", new NpgsqlParameter<string?>(
                "phase", progress is null ? null : RunStory.Storable(progress.Phase))),
            ("checkpoint", batch.Events.OfType<CheckpointEvent>().Any()), ("facts", JsonSerializer.Serialize(facts)),
            ("last", JsonSerializer.Serialize(last)), ("lowest", JsonSerializer.Serialize(lowest)),
            ("highest", JsonSerializer.Serialize(highest)))
            .RowsAsync(row => new Raised(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1)), stop);
        return rows is [var raised] ? raised : null;

        Dictionary<string, double> Best(Better direction, Func<IEnumerable<double>, double> of) => byName
            .Where(m => RunMetrics.Of(m.Key).Better == direction && m.Any(double.IsFinite))
            .ToDictionary(m => m.Key, m => of(m.Where(double.IsFinite)));
    }

    private async Task<bool> CommittedBeforeAsync(NpgsqlConnection connection, int count, CancellationToken stop) =>
        count > 0 && await connection.Command(
            "SELECT true FROM runs WHERE id = @id AND attempt = @attempt AND reported = @expected",
            ("id", runId), ("attempt", attempt), ("expected", reported + count)).ScalarAsync<bool>(stop);

    private async Task WriteRowsAsync(
        NpgsqlConnection connection,
        IReadOnlyList<RunEvent> events,
        long firstSequence,
        long? checkpointId,
        CancellationToken stop)
    {
        var numbered = events.Select((e, i) => (Event: e, Sequence: firstSequence + i)).ToList();
        await CopyMetricsAsync(connection, numbered, stop);
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (e, sequence) in numbered)
        {
            if (RunStory.Of(e) is { } line)
            {
                Add(
                    batch,
                    "INSERT INTO run_logs (run_id, sequence, at, level, text, detail) VALUES ($1, $2, $3, $4, $5, $6)",
                    runId, sequence, line.At.UtcDateTime, line.Level.ToString(), RunStory.Storable(line.Text),
                    new NpgsqlParameter<string?> { TypedValue = line.Detail is null ? null : RunStory.Storable(line.Detail) });
            }

            switch (e)
            {
                case ImageEvent image:
                    AddImage(batch, image, sequence, checkpointId);
                    break;
                case CheckpointEvent checkpoint:
                    AddCheckpoint(batch, checkpoint, sequence);
                    break;
            }
        }

        if (batch.BatchCommands.Count > 0)
        {
            await batch.ExecuteNonQueryAsync(stop);
        }
    }

    private async Task CopyMetricsAsync(
        NpgsqlConnection connection, List<(RunEvent Event, long Sequence)> events, CancellationToken stop)
    {
        if (!events.Any(e => e.Event is MetricsEvent))
        {
            return;
        }

        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY metrics (run_id, sequence, name, step, epoch, images_seen, at, value) FROM STDIN (FORMAT BINARY)", stop);
        foreach (var (e, sequence) in events)
        {
            foreach (var (name, value) in (e as MetricsEvent)?.Values ?? new Dictionary<string, double>())
            {
                await copy.StartRowAsync(stop);
                await copy.WriteAsync(runId, stop);
                await copy.WriteAsync(sequence, stop);
                await copy.WriteAsync(name, stop);
                await copy.WriteAsync(e.Clock.Step, stop);
                await copy.WriteAsync(e.Clock.Epoch, stop);
                await copy.WriteAsync(e.Clock.ImagesSeen, stop);
                await copy.WriteAsync(e.At.UtcDateTime, NpgsqlDbType.TimestampTz, stop);
                await copy.WriteAsync(value, stop);
            }
        }

        await copy.CompleteAsync(stop);
    }

    private void AddImage(NpgsqlBatch batch, ImageEvent image, long sequence, long? checkpointId)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(image.Png));
        Add(
            batch,
            "INSERT INTO image_blobs (sha256, png, thumbnail, width, height) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            sha256, image.Png, image.Thumbnail, image.Width, image.Height);
        Add(
            batch,
            """
            INSERT INTO images (run_id, sequence, sha256, seed, sampler, evaluations, eta, step, epoch, images_seen,
                checkpoint_id, frame_index, frame_time, frame_shows, created_at, slerp_to, slerp_share)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """,
            runId, sequence, sha256, image.Seed, image.Sampler, image.Evaluations, image.Eta,
            image.Clock.Step, image.Clock.Epoch, image.Clock.ImagesSeen,
            new NpgsqlParameter<long?> { TypedValue = checkpointId },
            new NpgsqlParameter<int?> { TypedValue = image.Frame?.Index },
            new NpgsqlParameter<double?> { TypedValue = image.Frame?.Time },
            new NpgsqlParameter<string?> { TypedValue = image.Frame?.Shows.ToString() },
            image.At.UtcDateTime, new NpgsqlParameter<long?> { TypedValue = image.SlerpTo },
            new NpgsqlParameter<double?> { TypedValue = image.SlerpShare });
    }

    private void AddCheckpoint(NpgsqlBatch batch, CheckpointEvent checkpoint, long sequence)
    {
        // A run keeps one file of each kind, so the row of an overwritten one goes, unless a sampling run names it.
        Add(
            batch,
            """
            DELETE FROM checkpoints WHERE run_id = $1 AND kind = $2
                AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.checkpoint_id = checkpoints.id)
            """,
            runId, checkpoint.Kind.ToString());
        Add(
            batch,
            """
            INSERT INTO checkpoints (run_id, sequence, kind, step, epoch, images_seen, kid, path, sha256, bytes, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            runId, sequence, checkpoint.Kind.ToString(), checkpoint.Clock.Step, checkpoint.Clock.Epoch,
            checkpoint.Clock.ImagesSeen,
            new NpgsqlParameter<double?> { TypedValue = checkpoint.Kid is { } kid ? FiniteValue.Of(kid) : null },
            files.Relative(checkpoint.Path), checkpoint.Sha256, checkpoint.Bytes, checkpoint.At.UtcDateTime);
    }

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        batch.BatchCommands.Add(command);
    }

    private sealed record Raised(long Sequence, long? CheckpointId);
}
