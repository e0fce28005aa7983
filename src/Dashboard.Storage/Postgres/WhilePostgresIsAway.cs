using System.Diagnostics;
using Npgsql;

namespace Dashboard.Storage.Postgres;

/// <summary>Tries again what failed because Postgres can't be reached, restarts, or has no room for a moment.</summary>
public static class WhilePostgresIsAway
{
    /// <summary>For work that is never given up.</summary>
    public static readonly TimeSpan Forever = TimeSpan.MaxValue;

    /// <param name="work">Done again from its beginning, so it must bear that its last commit went through unseen.</param>
    /// <param name="patience">When it has passed, the next failure is thrown.</param>
    /// <param name="failed">Told each failure that is tried again, and how many there were before.</param>
    /// <param name="isAway">Which failures to try again; <see cref="IsAway"/> if left out.</param>
    public static async Task<T> RetryAsync<T>(
        Func<Task<T>> work,
        TimeSpan patience,
        Action<Exception, int>? failed = null,
        Func<Exception, bool>? isAway = null,
        CancellationToken stop = default)
    {
        var waited = Stopwatch.StartNew();
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await work();
            }
            catch (Exception failure) when (
                !stop.IsCancellationRequested && waited.Elapsed < patience && (isAway ?? IsAway)(failure))
            {
                failed?.Invoke(failure, failures);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(1000, 100 << Math.Min(failures, 4))), stop);
            }
        }
    }

    /// <inheritdoc cref="RetryAsync{T}"/>
    public static Task RetryAsync(
        Func<Task> work,
        TimeSpan patience,
        Action<Exception, int>? failed = null,
        Func<Exception, bool>? isAway = null,
        CancellationToken stop = default) => RetryAsync(
            async () =>
            {
                await work();
                return true;
            },
            patience, failed, isAway, stop);

    /// <summary>Whether the same may succeed when Postgres is back; not so for what it refused.</summary>
    public static bool IsAway(Exception failure) => failure switch
    {
        // Class 57: the server shuts down, starts, or an administrator ended the session.
        PostgresException answer => answer.IsTransient || answer.SqlState.StartsWith("57P", StringComparison.Ordinal),
        NpgsqlException or TimeoutException => true,
        // Entity Framework wraps what Npgsql throws.
        _ => failure.InnerException is { } inner && IsAway(inner),
    };
}
