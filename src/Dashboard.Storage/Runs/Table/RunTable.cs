using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Runs.Table;

/// <summary>Which runs a table shows, and in which order. Pinned runs are always first.</summary>
/// <param name="Condition">Null for all. Archived runs are left out unless it names them.</param>
/// <param name="Person">Who asks: for whose stars.</param>
/// <param name="Sort">Null for the newest first.</param>
public sealed record RunTableQuery(RunCondition? Condition, string Person, RunColumn? Sort = null, bool Descending = false);

/// <param name="Samples">SHA-256 of the newest finished samples, the newest first.</param>
public sealed record RunTableRow(RunItem Run, IReadOnlyList<string> Samples);

/// <param name="Total">Of all that the query admits.</param>
public sealed record RunTablePart(int Total, IReadOnlyList<RunTableRow> Rows);

/// <summary>Reads any part of the table of runs, sorted and filtered by any column.</summary>
public sealed class RunTable(NpgsqlDataSource source, RunQueries runs)
{
    private const int MostSamples = 3;

    public async Task<RunTablePart> ReadAsync(RunTableQuery query, int skip, int take, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var sql = new RunConditionSql(query.Person);
        var where = sql.Where(query.Condition);
        var found = await FindAsync(connection, sql, where, query, skip, take, stop);
        // Beyond the end no row tells the total.
        var total = found is [var first, ..] ? first.Total
            : skip <= 0 && take > 0 ? 0
            : await sql.Command(connection, $"SELECT count(*)::int FROM runs r WHERE {where}").ScalarAsync<int>(stop);
        long[] ids = [.. found.Select(row => row.Id)];
        var samples = await connection.Command(
            """
            SELECT wanted.id, newest.sha256 FROM unnest(@ids) wanted(id) CROSS JOIN LATERAL (
                SELECT sha256, sequence FROM images WHERE run_id = wanted.id AND frame_index IS NULL
                ORDER BY sequence DESC LIMIT @most) newest
            ORDER BY wanted.id, newest.sequence DESC
            """,
            ("ids", ids), ("most", MostSamples)).RowsAsync(row => (Run: row.GetInt64(0), Sha256: row.GetString(1)), stop);
        var byRun = samples.ToLookup(sample => sample.Run, sample => sample.Sha256);
        var items = (await runs.GetAsync(ids, stop)).ToDictionary(run => run.Id);
        return new RunTablePart(
            total, [.. ids.Where(items.ContainsKey).Select(id => new RunTableRow(items[id], [.. byRun[id]]))]);
    }

    /// <summary>The ids of all that a query admits, in its order. Eight bytes a run.</summary>
    public async Task<IReadOnlyList<long>> IdsAsync(RunTableQuery query, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var sql = new RunConditionSql(query.Person);
        var found = await FindAsync(connection, sql, sql.Where(query.Condition), query, 0, int.MaxValue, stop);
        return found.ConvertAll(row => row.Id);
    }

    private static async Task<List<(long Id, int Total)>> FindAsync(
        NpgsqlConnection connection, RunConditionSql sql, string where, RunTableQuery query, int skip, int take,
        CancellationToken stop)
    {
        var order = query.Sort is { } sort ? $"{sort.Sql} {(query.Descending ? "DESC" : "ASC")} NULLS LAST, " : "";
        await using var command = sql.Command(
            connection,
            $"""
            SELECT r.id, (count(*) OVER ())::int FROM runs r WHERE {where}
            ORDER BY r.pinned_at IS NULL, {order}r.id DESC OFFSET @skip LIMIT @take
            """);
        command.Parameters.AddWithValue("skip", Math.Max(skip, 0));
        command.Parameters.AddWithValue("take", Math.Max(take, 0));
        return await command.RowsAsync(row => (row.GetInt64(0), row.GetInt32(1)), stop);
    }
}
