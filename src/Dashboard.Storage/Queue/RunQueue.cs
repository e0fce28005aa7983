using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs;
using Npgsql;

namespace Dashboard.Storage.Queue;

/// <summary>
/// The team's queue as people use it. The table decides what is next; Hangfire's tickets only wake a worker. Every change
/// raises the run's sequence and notifies, in the transaction that makes it. The rights of a person are checked here.
/// </summary>
public sealed class RunQueue(NpgsqlDataSource source, Quotas? quotas = null)
{
    /// <summary>
    /// A worker that has said nothing for this long can't be asked any more; a wish is then carried out without it.
    /// </summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    /// <summary>Puts a run at the queue's end, row and ticket in one transaction.</summary>
    /// <returns>The run's id.</returns>
    /// <exception cref="OverQuotaException">As many of the owner's runs wait as may.</exception>
    /// <exception cref="RightsEndedException">The owner is no member any more.</exception>
    public Task<long> EnqueueAsync(RunSubmission run, Person owner, CancellationToken stop = default) =>
        EnqueueAsync(run, owner, _ => Task.CompletedTask, stop);

    /// <param name="beforeCommit">Done when row and ticket are written; if it fails, so does the whole.</param>
    internal Task<long> EnqueueAsync(
        RunSubmission run, Person owner, Func<NpgsqlConnection, Task> beforeCommit, CancellationToken stop) =>
        EnlistedTransaction.RunAsync(
            source,
            async connection =>
            {
                if (await RefuseAsync(connection, owner, stop) is { } refusal)
                {
                    throw new OverQuotaException(refusal);
                }

                var id = await InsertAsync(connection, run, owner, stop);
                await beforeCommit(connection);
                return id;
            },
            stop);

    /// <summary>A waiting or paused run is canceled at once; a running one is asked to end and keeps what it made.</summary>
    public Task<QueueOutcome> CancelAsync(long id, Person person, CancellationToken stop = default) =>
        ChangeAsync(id, person, async (connection, run) =>
        {
            switch (run.State)
            {
                case RunState.Queued or RunState.Paused:
                case RunState.Running or RunState.Pausing when run.IsSilent:
                    // A worker that only slept is fenced off by the state.
                    await SetAsync(connection, id, "state = 'Canceled', ended_at = now(), phase = NULL, request = 'None'", stop);
                    await TellAsync(connection, id, $"Canceled by {person.Name}.", stop);
                    return QueueOutcome.Done(id);
                case RunState.Running or RunState.Pausing:
                    await SetAsync(connection, id, "request = 'Cancel'", stop);
                    await TellAsync(connection, id, $"{person.Name} asked to cancel the run.", stop);
                    return QueueOutcome.Done(id);
                default:
                    return QueueOutcome.NotPossible($"the run has {Word(run.State)} already");
            }
        }, stop);

    /// <summary>A waiting run is taken out of the order; a running one writes a checkpoint and lets its worker go.</summary>
    public Task<QueueOutcome> PauseAsync(long id, Person person, CancellationToken stop = default) =>
        ChangeAsync(id, person, async (connection, run) =>
        {
            switch (run.State)
            {
                case RunState.Queued:
                    await SetAsync(connection, id, "state = 'Paused'", stop);
                    await TellAsync(connection, id, $"Paused by {person.Name}.", stop);
                    return QueueOutcome.Done(id);
                case RunState.Running when run.Request == nameof(RunCommand.Cancel):
                    return QueueOutcome.NotPossible("the run is being canceled");
                case RunState.Running:
                    await SetAsync(connection, id, "state = 'Pausing', request = 'Pause'", stop);
                    await TellAsync(connection, id, $"{person.Name} asked to pause the run after a checkpoint.", stop);
                    return QueueOutcome.Done(id);
                case RunState.Pausing or RunState.Paused:
                    return QueueOutcome.NotPossible("the run is paused already");
                default:
                    return QueueOutcome.NotPossible($"the run has {Word(run.State)} already");
            }
        }, stop);

    /// <summary>A paused run waits again, at its old place, and goes on from its last checkpoint.</summary>
    public Task<QueueOutcome> ResumeAsync(long id, Person person, CancellationToken stop = default) =>
        ChangeAsync(id, person, async (connection, run) =>
        {
            if (run.State != RunState.Paused)
            {
                return QueueOutcome.NotPossible(
                    run.State == RunState.Pausing ? "the run is still writing its checkpoint" : "the run is not paused");
            }

            await SetAsync(connection, id, "state = 'Queued'", stop);
            await TellAsync(connection, id, $"Resumed by {person.Name}.", stop);
            TicketOffice.EnqueueRun(connection, run.Queue);
            return QueueOutcome.Done(id);
        }, stop);

    /// <summary>
    /// A failed or canceled run waits again, at the queue's end, and goes on from its last checkpoint where it has one.
    /// </summary>
    public Task<QueueOutcome> RetryAsync(long id, Person person, CancellationToken stop = default) =>
        ChangeAsync(id, person, async (connection, run) =>
        {
            if (run.State is not (RunState.Failed or RunState.Canceled))
            {
                return QueueOutcome.NotPossible("only a failed or canceled run can be tried again; clone this one instead");
            }

            if (await RefuseAsync(connection, person, stop) is { } refusal)
            {
                return QueueOutcome.OverQuota(refusal);
            }

            await SetAsync(
                connection,
                id,
                "state = 'Queued', error = NULL, crashes = 0, ended_at = NULL, "
                    + "position = (SELECT coalesce(max(position), 0) + 1 FROM runs)",
                stop);
            await TellAsync(connection, id, $"Tried again by {person.Name}.", stop);
            TicketOffice.EnqueueRun(connection, run.Queue);
            return QueueOutcome.Done(id);
        }, stop);

    /// <summary>Queues the same spec again under this person's name.</summary>
    /// <returns>An outcome that carries the new run's id.</returns>
    /// <exception cref="RightsEndedException">The person is no member any more.</exception>
    public Task<QueueOutcome> CloneAsync(long id, Person person, string? name = null, CancellationToken stop = default) =>
        EnlistedTransaction.RunAsync(source, async connection =>
        {
            if (await RefuseAsync(connection, person, stop) is { } refusal)
            {
                return QueueOutcome.OverQuota(refusal);
            }

            var runs = await connection
                .Command(
                    "SELECT kind, name, spec::text, dataset_id, checkpoint_id, images_total FROM runs "
                        + "WHERE id = @id AND deleted_at IS NULL",
                    ("id", id))
                .RowsAsync(row => new RunSubmission(
                    Enum.Parse<RunKind>(row.GetString(0)),
                    name ?? row.GetString(1),
                    row.GetString(2),
                    row.IsDBNull(3) ? null : row.GetInt64(3),
                    row.IsDBNull(4) ? null : row.GetInt64(4),
                    row.GetInt64(5)), stop);
            return runs is [var run]
                ? QueueOutcome.Done(await InsertAsync(connection, run, person, stop, clonedFrom: id))
                : QueueOutcome.NotFound(id);
        }, stop);

    /// <summary>
    /// Moves a waiting run before another one that waits in the same queue, or to the top when <paramref name="before"/> is null.
    /// </summary>
    public Task<QueueOutcome> MoveAsync(long id, Person person, long? before, CancellationToken stop = default) =>
        ChangeAsync(id, person, async (connection, run) =>
        {
            if (run.State is not (RunState.Queued or RunState.Paused))
            {
                return QueueOutcome.NotPossible("only a waiting run can be moved");
            }

            // One mover at a time, else two could come to stand at the same place.
            await connection.Command("SELECT pg_advisory_xact_lock(hashtext('runs.position'))").ExecuteAsync(stop);
            var target = before is null
                ? await connection.Command(
                    "SELECT coalesce(min(position), 1) - 1 FROM runs "
                        + "WHERE state IN ('Queued', 'Paused') AND queue = @queue AND id <> @id",
                    ("queue", run.Queue), ("id", id)).ScalarAsync<double?>(stop)
                : await connection.Command(
                    """
                    SELECT (b.position + coalesce(
                        (SELECT max(position) FROM runs
                         WHERE position < b.position AND state IN ('Queued', 'Paused') AND queue = @queue AND id <> @id),
                        b.position - 2)) / 2
                    FROM runs b WHERE b.id = @before AND b.id <> @id AND b.state IN ('Queued', 'Paused') AND b.queue = @queue
                    """,
                    ("queue", run.Queue), ("id", id), ("before", before)).ScalarAsync<double?>(stop);
            if (target is null)
            {
                return QueueOutcome.NotPossible($"run {before} does not wait in the same queue");
            }

            await connection
                .Command(
                    "UPDATE runs SET position = @position, sequence = sequence + 1 WHERE id = @id",
                    ("id", id), ("position", target))
                .ExecuteAsync(stop);
            await TellAsync(
                connection, id,
                $"Moved {(before is null ? "to the top of the queue" : $"before run {before}")} by {person.Name}.", stop);
            await connection.NotifyRunAsync(id, stop);
            return QueueOutcome.Done(id);
        }, stop);

    /// <summary>Moves a waiting run behind all others.</summary>
    public Task<QueueOutcome> MoveLastAsync(long id, Person person, CancellationToken stop = default) =>
        ChangeAsync(id, person, async (connection, run) =>
        {
            if (run.State is not (RunState.Queued or RunState.Paused))
            {
                return QueueOutcome.NotPossible("only a waiting run can be moved");
            }

            await SetAsync(connection, id, "position = (SELECT coalesce(max(position), 0) + 1 FROM runs)", stop);
            await TellAsync(connection, id, $"Moved to the end of the queue by {person.Name}.", stop);
            return QueueOutcome.Done(id);
        }, stop);

    private async Task<string?> RefuseAsync(NpgsqlConnection connection, Person person, CancellationToken stop) =>
        quotas is null ? null : await quotas.RefuseWaitingAsync(connection, person, stop);

    private static async Task<long> InsertAsync(
        NpgsqlConnection connection, RunSubmission run, Person owner, CancellationToken stop, long? clonedFrom = null)
    {
        await connection.EnsureAsync(owner, Roles.Member, stop);
        var queue = TicketOffice.QueueOf(run.Kind);
        var id = await connection.Command(
            """
            INSERT INTO runs (kind, queue, name, state, spec, position, owner_id, owner_name, dataset_id, checkpoint_id,
                images_total, created_at)
            VALUES (@kind, @queue, @name, 'Queued', @spec::jsonb, (SELECT coalesce(max(position), 0) + 1 FROM runs), @owner,
                @ownerName, @dataset, @checkpoint, @total, now())
            RETURNING id
            """,
            ("kind", run.Kind.ToString()), ("queue", queue), ("name", run.Name), ("spec", run.Spec), ("owner", owner.Id),
            ("ownerName", owner.Name), ("dataset", run.DatasetId), ("checkpoint", run.CheckpointId), ("total", run.ImagesTotal))
            .ScalarAsync<long>(stop);
        TicketOffice.EnqueueRun(connection, queue);
        await TellAsync(
            connection, id, $"Queued by {owner.Name}{(clonedFrom is null ? "" : $" as a clone of run {clonedFrom}")}.", stop);
        await connection.NotifyRunAsync(id, stop);
        return id;
    }

    private static Task TellAsync(NpgsqlConnection connection, long id, string text, CancellationToken stop) =>
        connection.TellRunAsync(id, RunLogLevel.Information, text, stop);

    private Task<QueueOutcome> ChangeAsync(
        long id, Person person, Func<NpgsqlConnection, LockedRun, Task<QueueOutcome>> change, CancellationToken stop) =>
        EnlistedTransaction.RunAsync(source, async connection =>
        {
            person = await connection.EnsureAsync(person, Roles.Viewer, stop);
            var runs = await connection.Command(
                """
                SELECT queue, state, owner_id, request, heartbeat_at IS NULL OR heartbeat_at < now() - @silence
                FROM runs WHERE id = @id AND deleted_at IS NULL FOR UPDATE
                """,
                ("id", id), ("silence", Silence)).RowsAsync(row => new LockedRun(
                    row.GetString(0),
                    Enum.Parse<RunState>(row.GetString(1)),
                    row.IsDBNull(2) ? null : row.GetString(2),
                    row.GetString(3),
                    row.GetBoolean(4)), stop);
            return runs switch
            {
                [] => QueueOutcome.NotFound(id),
                [var run] when !person.MayChange(run.OwnerId) => QueueOutcome.NotAllowed,
                [var run, ..] => await change(connection, run),
            };
        }, stop);

    private static async Task SetAsync(NpgsqlConnection connection, long id, string assignments, CancellationToken stop)
    {
        await connection.Command($"UPDATE runs SET {assignments}, sequence = sequence + 1 WHERE id = @id", ("id", id))
            .ExecuteAsync(stop);
        await connection.NotifyRunAsync(id, stop);
    }

    private static string Word(RunState state) => state switch
    {
        RunState.Canceled => "been canceled",
        RunState.Failed => "failed",
        _ => "ended",
    };

    private sealed record LockedRun(string Queue, RunState State, string? OwnerId, string Request, bool IsSilent);
}
