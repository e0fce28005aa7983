using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Accounts;

/// <summary>
/// Changes of rights, one after another, also of several web processes: two admins who lower each other at once must not both
/// find that there is another admin.
/// </summary>
public sealed class RightsTurn(NpgsqlDataSource source)
{
    public async Task<T> DoAsync<T>(Func<Task<T>> change, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        // The lock ends with its transaction; the change is made on other connections.
        await using var turn = await connection.BeginTransactionAsync(stop);
        await connection.Command("SELECT pg_advisory_xact_lock(hashtext('accounts.rights'))").ExecuteAsync(stop);
        return await change();
    }
}
