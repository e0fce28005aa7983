using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Accounts;

/// <summary>Whether what a sign-in gave still holds: its session, the account's stamp, the account itself.</summary>
public sealed class Sessions(NpgsqlDataSource source)
{
    /// <summary>
    /// How long a cookie can be used without being renewed, and therefore an ended session has to be remembered.
    /// </summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    /// <summary>
    /// The account's present role; null when the session has ended or the account is gone, disabled or changed.
    /// </summary>
    /// <param name="stamp">Changes with password, role and disabling.</param>
    /// <param name="session">Null for a cookie of a version that knew no sessions.</param>
    public async Task<string?> RoleAsync(string account, string? stamp, Guid? session, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var holds = await connection.Command(
            "SELECT security_stamp = @stamp AND NOT EXISTS (SELECT FROM ended_sessions WHERE id = @session) "
                + "FROM accounts WHERE id = @id",
            ("id", account), ("stamp", stamp ?? ""), ("session", session ?? Guid.Empty)).ScalarAsync<bool>(stop);
        return holds ? await connection.AccountRoleAsync(account, stop) : null;
    }

    /// <summary>Ends a session for every copy of its cookie.</summary>
    public async Task EndAsync(Guid session, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await connection.Command(
            "INSERT INTO ended_sessions (id, ended_at) VALUES (@id, now()) ON CONFLICT DO NOTHING", ("id", session))
            .ExecuteAsync(stop);
        // An ended session's cookie is never renewed, so after this it has expired by itself.
        await connection.Command(
            "DELETE FROM ended_sessions WHERE ended_at < now() - @lifetime", ("lifetime", Lifetime + TimeSpan.FromDays(1)))
            .ExecuteAsync(stop);
    }
}
