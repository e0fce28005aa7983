using System.Transactions;
using Npgsql;

namespace Dashboard.Storage.Postgres;

/// <summary>
/// One transaction on one connection for our SQL and for Hangfire's, which can only join an ambient one. With a single
/// connection it commits like any other; nothing is ever prepared.
/// </summary>
internal static class EnlistedTransaction
{
    public static async Task<T> RunAsync<T>(NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> work, CancellationToken stop)
    {
        using var scope = new TransactionScope(
            TransactionScopeOption.RequiresNew,
            new TransactionOptions { IsolationLevel = IsolationLevel.ReadCommitted, Timeout = TimeSpan.FromMinutes(1) },
            TransactionScopeAsyncFlowOption.Enabled);
        await using var connection = await source.OpenConnectionAsync(stop);
        var result = await work(connection);
        scope.Complete();
        return result;
    }
}
