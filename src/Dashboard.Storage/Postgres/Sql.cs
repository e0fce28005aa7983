using Dashboard.Diffusion.Runs;
using Npgsql;

namespace Dashboard.Storage.Postgres;

/// <summary>Short forms for statements written by hand, where a lock or a RETURNING decides.</summary>
internal static class Sql
{
    /// <summary>A run that a worker holds: <see cref="RunStates.IsHeld"/> for Postgres.</summary>
    public const string Held = "state IN ('Running', 'Pausing')";

    /// <summary>
    /// A command with parameters; a parameter whose type a null would hide comes as an <see cref="NpgsqlParameter"/>.
    /// </summary>
    public static NpgsqlCommand Command(
        this NpgsqlConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in parameters)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter(name, value ?? DBNull.Value));
        }

        return command;
    }

    public static async Task<int> ExecuteAsync(this NpgsqlCommand command, CancellationToken stop)
    {
        await using (command)
        {
            return await command.ExecuteNonQueryAsync(stop);
        }
    }

    /// <summary>The first column of the first row; default where there is no row or it is NULL.</summary>
    public static async Task<T?> ScalarAsync<T>(this NpgsqlCommand command, CancellationToken stop)
    {
        await using (command)
        {
            return await command.ExecuteScalarAsync(stop) is T value ? value : default;
        }
    }

    public static async Task<List<T>> RowsAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken stop)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(stop);
            var rows = new List<T>();
            while (await reader.ReadAsync(stop))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }

    /// <summary>Tells every listening process, once the transaction commits, that something happened to a run.</summary>
    public static Task NotifyRunAsync(this NpgsqlConnection connection, long runId, CancellationToken stop) =>
        connection.Command("SELECT pg_notify(@channel, @id::text)", ("channel", ChangeFeed.Runs), ("id", runId))
            .ExecuteAsync(stop);
}
