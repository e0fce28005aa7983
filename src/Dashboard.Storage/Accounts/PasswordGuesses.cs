using System.Security.Cryptography;
using System.Text;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Accounts;

/// <summary>An attempt at a password.</summary>
/// <param name="Wait">How long this source has to wait before its next attempt; null when it need not.</param>
/// <param name="Allowed">Whether this one may be looked at.</param>
public sealed record Guess(bool Allowed, TimeSpan? Wait);

/// <summary>
/// Slows down whoever guesses a password, and nobody else: wrong ones are counted for each e-mail address and source, so that
/// nobody can lock out another person. An address without an account is treated alike.
/// </summary>
public sealed class PasswordGuesses(NpgsqlDataSource source)
{
    public const int Free = 5;

    // From the fifth wrong one on: 30 s, then twice as long each time, up to 15 minutes.
    private const string Pause = "least(900, 30 * 2 ^ least(g.count + 1 - @free, 10)) * interval '1 second'";

    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);

    /// <summary>Counts an attempt before its password is looked at, so that many at once are no way around.</summary>
    public async Task<Guess> TakeAsync(string email, string from, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var waits = await connection.Command(
            $"""
            INSERT INTO sign_in_failures AS g (email_hash, source, count, last_at) VALUES (@email, @source, 1, now())
            ON CONFLICT (email_hash, source) DO UPDATE SET
                count = CASE WHEN g.last_at < now() - @forgotten THEN 1 ELSE g.count + 1 END,
                last_at = now(),
                blocked_until = CASE WHEN g.last_at >= now() - @forgotten AND g.count + 1 >= @free THEN now() + {Pause} END
            WHERE g.blocked_until IS NULL OR g.blocked_until <= now()
            RETURNING blocked_until - now()
            """,
            ("email", HashOf(email)), ("source", from), ("free", Free), ("forgotten", Forgotten))
            .RowsAsync(row => row.IsDBNull(0) ? (TimeSpan?)null : row.GetFieldValue<TimeSpan>(0), stop);
        if (waits is [var wait])
        {
            if (wait is null)
            {
                await connection.Command(
                    "DELETE FROM sign_in_failures WHERE last_at < now() - @forgotten", ("forgotten", Forgotten))
                    .ExecuteAsync(stop);
            }

            return new Guess(true, wait);
        }

        return new Guess(false, await connection.Command(
            "SELECT greatest(blocked_until - now(), interval '1 second') FROM sign_in_failures "
                + "WHERE email_hash = @email AND source = @source",
            ("email", HashOf(email)), ("source", from)).ScalarAsync<TimeSpan>(stop));
    }

    /// <summary>The password was right.</summary>
    /// <param name="from">Null for every source: an admin's link has set a new password.</param>
    public async Task ForgetAsync(string email, string? from, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await connection.Command(
            "DELETE FROM sign_in_failures WHERE email_hash = @email AND (@source = '' OR source = @source)",
            ("email", HashOf(email)), ("source", from ?? "")).ExecuteAsync(stop);
    }

    private static byte[] HashOf(string email) => SHA256.HashData(Encoding.UTF8.GetBytes(email.Trim().ToUpperInvariant()));
}
