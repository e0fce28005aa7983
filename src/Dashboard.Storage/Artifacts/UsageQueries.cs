using Dashboard.Storage.Datasets;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Artifacts;

/// <summary>What of the team's is a person's.</summary>
/// <param name="Id">Of an account or a token.</param>
/// <param name="WaitingRuns">Runs that wait or are paused.</param>
/// <param name="Bytes">On disk: data sets, uploads that are imported, weights that were brought.</param>
public sealed record PersonUsage(string Id, string Name, long WaitingRuns, long Bytes);

/// <summary>Counts what people have, for their quotas.</summary>
public sealed class UsageQueries(NpgsqlDataSource source, DatasetFiles datasets, ArtifactFiles files)
{
    /// <summary>Everybody who has something, who has the most first.</summary>
    public async Task<IReadOnlyList<PersonUsage>> ListAsync(CancellationToken stop = default) =>
        [
            .. (await ReadAsync(null, stop))
                .OrderByDescending(person => person.Bytes).ThenByDescending(person => person.WaitingRuns),
        ];

    public async Task<PersonUsage> OfAsync(string person, CancellationToken stop = default) =>
        (await ReadAsync(person, stop)).SingleOrDefault() ?? new PersonUsage(person, "", 0, 0);

    private async Task<List<PersonUsage>> ReadAsync(string? person, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        return await connection.Command(
            """
            WITH owned AS (
                SELECT owner_id, owner_name, 0 AS waiting, CASE WHEN state = 'Ready' THEN bytes ELSE 0 END AS bytes,
                    CASE WHEN state = 'Importing' AND kind = 'Zip' THEN id END AS zip, NULL::text AS weights
                FROM datasets
                UNION ALL
                SELECT owner_id, owner_name, CASE WHEN state IN ('Queued', 'Paused') THEN 1 ELSE 0 END, 0, NULL,
                    CASE WHEN kind = 'Import' AND state NOT IN ('Failed', 'Canceled') THEN spec ->> 'sha256' END
                FROM runs)
            SELECT owner_id, coalesce(max(owner_name), ''), sum(waiting)::bigint, sum(bytes)::bigint,
                array_remove(array_agg(DISTINCT zip), NULL), array_remove(array_agg(DISTINCT weights), NULL)
            FROM owned WHERE owner_id IS NOT NULL AND (@person IS NULL OR owner_id = @person)
            GROUP BY owner_id
            """,
            ("person", new NpgsqlParameter<string?>("person", person))).RowsAsync(
                row => new PersonUsage(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetInt64(2),
                    row.GetInt64(3)
                        + row.GetFieldValue<long[]>(4).Sum(id => LengthOf(datasets.Upload(id)))
                        + row.GetFieldValue<string[]>(5).Sum(sha256 => LengthOf(files.ImportedWeights(sha256)))),
                stop);
    }

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
