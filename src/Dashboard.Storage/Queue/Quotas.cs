using System.Globalization;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Queue;

/// <summary>What each person who is no admin may have at a time.</summary>
public sealed record Quotas
{
    /// <summary>Runs that wait or are paused.</summary>
    public int WaitingRuns { get; init; } = 200;

    /// <summary>Why nothing more of a person's may wait now, or null. Until the transaction ends no other can be added.</summary>
    /// <param name="connection">In a transaction.</param>
    internal async Task<string?> RefuseWaitingAsync(NpgsqlConnection connection, Person person, CancellationToken stop)
    {
        if (person.IsAdmin)
        {
            return null;
        }

        // One at a time for each person, else two requests could both take the last place.
        await connection.Command("SELECT pg_advisory_xact_lock(hashtext('runs.waiting'), hashtext(@owner))", ("owner", person.Id))
            .ExecuteAsync(stop);
        var waiting = await connection.Command(
            "SELECT count(*) FROM runs WHERE owner_id = @owner AND state IN ('Queued', 'Paused')", ("owner", person.Id))
            .ScalarAsync<long>(stop);
        return waiting < WaitingRuns
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{waiting:N0} of your runs wait or are paused, and {WaitingRuns:N0} may; cancel some of them, wait until some "
                    + $"are done, or ask an admin to raise Dashboard:Limits:WaitingRunsPerPerson");
    }
}

/// <summary>As many runs of a person wait as may. The message is for the person.</summary>
public sealed class OverQuotaException(string message) : Exception(message);
