using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Datasets;

/// <summary>Writes the perceptual hashes of a data set that was imported before there were any.</summary>
public sealed class HashRecorder(NpgsqlDataSource source, long id)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <returns>Whether there is something to do.</returns>
    public async Task<bool> StartAsync(CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        return await connection.Command(
            "SELECT true FROM datasets WHERE id = @id AND state = 'Ready' AND NOT is_hashed", ("id", id)).ScalarAsync<bool>(stop);
    }

    /// <param name="fraction">0…1.</param>
    public async Task ReportAsync(double fraction, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await connection.Command(
            """
            UPDATE datasets SET progress = @progress, phase = 'looking for near-duplicates', progress_at = now()
            WHERE id = @id AND NOT is_hashed
            """,
            ("id", id), ("progress", fraction)).ExecuteAsync(stop);
        await connection.NotifyDatasetAsync(id, stop);
    }

    /// <param name="hashes">In the order of the pack; null for pictures that show too little.</param>
    public Task CompleteAsync(IReadOnlyList<long?> hashes, CancellationToken stop) => WhilePostgresIsAway.RetryAsync(
        async () =>
        {
            await using var connection = await source.OpenConnectionAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await connection.Command(
                """
                UPDATE dataset_images i SET hash = u.hash FROM unnest(@indexes, @hashes) u(index, hash)
                WHERE i.dataset_id = @id AND i.index = u.index AND u.hash IS NOT NULL
                """,
                ("id", id), ("indexes", Enumerable.Range(0, hashes.Count).ToArray()), ("hashes", hashes.ToArray()))
                .ExecuteAsync(stop);
            await connection.Command(
                "UPDATE datasets SET is_hashed = true, progress = 1, phase = NULL, progress_at = now() WHERE id = @id",
                ("id", id)).ExecuteAsync(stop);
            await connection.NotifyDatasetAsync(id, stop);
            await transaction.CommitAsync(stop);
        },
        Patience,
        stop: stop);

    /// <summary>Nothing was found out; it can be asked for again.</summary>
    public async Task FailAsync(CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await connection.Command(
            "UPDATE datasets SET progress = 1, phase = NULL WHERE id = @id AND state = 'Ready' AND NOT is_hashed", ("id", id))
            .ExecuteAsync(stop);
        await connection.NotifyDatasetAsync(id, stop);
    }
}
