using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Runs.Recording;

/// <summary>Takes back what a run reported after the checkpoint that it resumes from, so that nothing appears twice.</summary>
public sealed class RunRewind(NpgsqlDataSource source)
{
    /// <summary>
    /// Takes back all that came after a checkpoint. A file that is newer than its row was written just before the process died,
    /// without a report; everything recorded is then older than the file and stays.
    /// </summary>
    /// <param name="fileSha256">Of the file to resume from; null to start anew.</param>
    /// <param name="redrawnStep">Images of this step are drawn again, also those from before the checkpoint.</param>
    /// <exception cref="FencedException">Another attempt holds the run.</exception>
    public async Task ApplyAsync(long id, int attempt, string? fileSha256, long? redrawnStep, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (!await connection.Command(
            $"SELECT true FROM runs WHERE id = @id AND attempt = @attempt AND {Sql.Held} FOR UPDATE",
            ("id", id), ("attempt", attempt)).ScalarAsync<bool>(stop))
        {
            throw new FencedException("another attempt holds the run, or it has ended");
        }

        var taken = await connection.Command(
            "DELETE FROM images WHERE run_id = @id AND step = @step", ("id", id), ("step", redrawnStep ?? -1)).ExecuteAsync(stop);
        if (await KeptAsync(connection, id, fileSha256, stop) is { } kept)
        {
            foreach (var table in new[] { "metrics", "images", "checkpoints" })
            {
                taken += await connection.Command(
                    $"DELETE FROM {table} WHERE run_id = @id AND sequence > @kept",
                    ("id", id), ("kept", kept.Sequence)).ExecuteAsync(stop);
            }

            await SetBackAsync(connection, id, kept.Clock, stop);
        }

        await connection.Command(
            """
            UPDATE runs SET heartbeat_at = now(), sequence = sequence + 1,
                rewind_sequence = CASE WHEN @taken > 0 THEN sequence + 1 ELSE rewind_sequence END
            WHERE id = @id
            """,
            ("id", id), ("taken", taken)).ExecuteAsync(stop);
        await connection.NotifyRunAsync(id, stop);
        await transaction.CommitAsync(stop);
    }

    /// <summary>What stays; null for all.</summary>
    private static async Task<Kept?> KeptAsync(NpgsqlConnection connection, long id, string? fileSha256, CancellationToken stop)
    {
        if (fileSha256 is null)
        {
            return new Kept(0, default);
        }

        var last = await connection.Command(
            """
            SELECT sequence, step, epoch, images_seen FROM checkpoints
            WHERE run_id = @id AND kind = 'Last' AND sha256 = @sha256 ORDER BY sequence DESC LIMIT 1
            """,
            ("id", id), ("sha256", fileSha256))
            .RowsAsync(row => new Kept(row.GetInt64(0), new RunClock(row.GetInt64(1), row.GetInt32(2), row.GetInt64(3))), stop);
        return last.FirstOrDefault();
    }

    /// <summary>The run's own figures as they were then.</summary>
    private static Task<int> SetBackAsync(NpgsqlConnection connection, long id, RunClock clock, CancellationToken stop) =>
        connection.Command(
            """
            UPDATE runs SET step = @step, epoch = @epoch, images_done = @images,
                last_metrics = coalesce((SELECT jsonb_object_agg(name,
                        CASE WHEN value = 'NaN' OR abs(value) = 'Infinity' THEN NULL ELSE value END)
                    FROM (SELECT DISTINCT ON (name) name, value
                        FROM metrics WHERE run_id = @id ORDER BY name, sequence DESC) newest), '{}'),
                best_metrics = coalesce((SELECT jsonb_object_agg(name, value)
                    FROM (SELECT name, CASE WHEN name = ANY(@highest) THEN max(value) ELSE min(value) END AS value
                        FROM metrics WHERE run_id = @id AND name = ANY(@lowest || @highest)
                        AND value <> 'NaN' AND abs(value) <> 'Infinity' GROUP BY name) best), '{}')
            WHERE id = @id
            """,
            ("id", id), ("step", clock.Step), ("epoch", clock.Epoch), ("images", clock.ImagesSeen),
            ("lowest", RunMetrics.NamesWith(Better.Lower)), ("highest", RunMetrics.NamesWith(Better.Higher))).ExecuteAsync(stop);

    private sealed record Kept(long Sequence, RunClock Clock);
}
