using Dashboard.Diffusion.Runs;
using Dashboard.Formats;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Storage.Queue;

/// <summary>
/// The queue as workers use it: claim, renew, end, give back. The attempt that a claim gives is the fence of all later writes.
/// </summary>
public sealed class RunLeases(NpgsqlDataSource source, IDbContextFactory<DashboardContext> contexts)
{
    /// <summary>Crashes in a row, with no new checkpoint between them, that a run may have.</summary>
    public const int CrashLimit = 3;

    /// <summary>Leaves room for what is said behind it.</summary>
    private const int LongestReason = StoredText.LongestMessage - 300;

    /// <summary>A run whose lease nobody has renewed for this long is taken from its worker.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after Postgres started no run is taken from anybody: workers are only just connecting again.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromSeconds(22);

    /// <summary>Takes the run that is next in a kind's queue. Two workers never get the same one.</summary>
    public async Task<ClaimedRun?> ClaimAsync(RunKind kind, Guid workerId, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var runs = await connection.Command(
            """
            UPDATE runs SET state = 'Running', request = 'None', attempt = attempt + 1, reported = 0, sequence = sequence + 1,
                worker_id = @worker, heartbeat_at = now(), started_at = coalesce(started_at, now()), ended_at = NULL,
                error = NULL, phase = 'starting', images_per_second = NULL, expected_end_at = NULL
            WHERE id = (SELECT id FROM runs WHERE state = 'Queued' AND queue = @queue
                ORDER BY position, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, attempt
            """,
            ("queue", TicketOffice.QueueOf(kind)),
            ("worker", workerId)).RowsAsync(row => new ClaimedRun(row.GetInt64(0), row.GetInt32(1)), stop);
        if (runs is not [var run])
        {
            return null;
        }

        var workers = await connection.Command("SELECT name, device FROM workers WHERE id = @worker", ("worker", workerId))
            .RowsAsync(row => $"{row.GetString(0)} ({row.GetString(1)})", stop);
        await connection.TellRunAsync(
            run.Id, RunLogLevel.Information,
            $"Taken by {(workers is [var worker] ? $"worker {worker}" : "a worker")}, attempt {run.Attempt}.", stop);
        await connection.NotifyRunAsync(run.Id, stop);
        await transaction.CommitAsync(stop);
        return run;
    }

    /// <summary>The run of a claim; null when another attempt holds it, or it has ended.</summary>
    public async Task<Run?> LoadAsync(ClaimedRun claim, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.Runs.AsNoTracking().Where(Run.IsHeld).SingleOrDefaultAsync(
            run => run.Id == claim.Id && run.Attempt == claim.Attempt, stop);
    }

    /// <summary>
    /// Names the checkpoint that a sampling run draws from, through which its images refer to it. Does nothing when a newer
    /// attempt exists or the run has ended.
    /// </summary>
    public async Task SetCheckpointAsync(long id, int attempt, CheckpointItem checkpoint, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var changed = await connection.Command(
            $"""
            UPDATE runs SET checkpoint_id = @checkpoint,
                dataset_id = coalesce(dataset_id, (SELECT dataset_id FROM runs trained WHERE trained.id = @trained))
            WHERE id = @id AND attempt = @attempt AND {Sql.Held}
            """,
            ("id", id), ("attempt", attempt), ("checkpoint", checkpoint.Id), ("trained", checkpoint.Run)).ExecuteAsync(stop);
        if (changed == 1)
        {
            var clock = new RunClock(checkpoint.Step, checkpoint.Epoch, checkpoint.ImagesSeen);
            await connection.TellRunAsync(
                id, RunLogLevel.Information,
                $"Draws from the {checkpoint.Kind.ToString().ToLowerInvariant()} checkpoint of run {checkpoint.Run}, "
                    + $"{RunStory.At(clock)}.", stop);
            await connection.NotifyRunAsync(id, stop);
        }

        await transaction.CommitAsync(stop);
    }

    /// <summary>Ends a run, or sets it to paused. Does nothing when a newer attempt exists or the run has ended.</summary>
    /// <param name="error">Why it failed, for a person.</param>
    /// <returns>Whether it was this call that ended it.</returns>
    public Task<bool> FinishAsync(long id, int attempt, RunState state, string? error = null, CancellationToken stop = default) =>
        EndAsync(id, attempt, state, error, detail: null, nameCheckpoint: false, stop);

    /// <summary>Ends a run that failed. Does nothing when a newer attempt exists or the run has ended.</summary>
    /// <param name="error">Why, for a person.</param>
    /// <param name="detail">What only somebody who looks for the cause reads, such as a stack trace.</param>
    /// <param name="nameCheckpoint">Whether the error is to name the run's last checkpoint, where it has one.</param>
    /// <returns>Whether it was this call that ended it.</returns>
    public Task<bool> FailAsync(
        long id, int attempt, string error, string? detail = null, bool nameCheckpoint = true,
        CancellationToken stop = default) =>
        EndAsync(id, attempt, RunState.Failed, error, detail, nameCheckpoint, stop);

    private async Task<bool> EndAsync(
        long id, int attempt, RunState state, string? error, string? detail, bool nameCheckpoint, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        if (error is not null)
        {
            error = RunStory.Storable(error) + (nameCheckpoint ? await RunStory.LastCheckpointAsync(connection, id, stop) : "");
        }

        var changed = await connection.Command(
            $"""
            UPDATE runs SET state = @state, error = @error, request = 'None', phase = NULL, expected_end_at = NULL,
                images_per_second = NULL, sequence = sequence + 1, ended_at = CASE WHEN @state = 'Paused' THEN NULL ELSE now() END
            WHERE id = @id AND attempt = @attempt AND {Sql.Held}
            """,
            ("id", id), ("attempt", attempt), ("state", state.ToString()),
            ("error", error is null ? null : StoredText.Line(error))).ExecuteAsync(stop);
        if (changed == 1)
        {
            await TellEndAsync(connection, id, state, error, stop, detail);
        }

        await connection.NotifyRunAsync(id, stop);
        await transaction.CommitAsync(stop);
        return changed == 1;
    }

    private static Task TellEndAsync(
        NpgsqlConnection connection, long id, RunState state, string? error, CancellationToken stop, string? detail = null) =>
        connection.TellRunAsync(
            id, state == RunState.Failed ? RunLogLevel.Error : RunLogLevel.Information,
            $"{state}{(error is null ? "." : $": {error}")}", stop, detail);

    /// <summary>What a person asks of a run; null when this attempt no longer holds it.</summary>
    public async Task<RunCommand?> RequestAsync(long id, int attempt, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var request = await connection.Command(
            $"SELECT request FROM runs WHERE id = @id AND attempt = @attempt AND {Sql.Held}",
            ("id", id), ("attempt", attempt)).ScalarAsync<string>(stop);
        return request is null ? null : Enum.Parse<RunCommand>(request);
    }

    /// <summary>Renews the lease. The clock is Postgres's, for those of several machines differ.</summary>
    /// <returns>False when this attempt no longer holds the run.</returns>
    public async Task<bool> RenewAsync(long id, int attempt, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        return await connection.Command(
            $"UPDATE runs SET heartbeat_at = now() WHERE id = @id AND attempt = @attempt AND {Sql.Held}",
            ("id", id), ("attempt", attempt)).ExecuteAsync(stop) == 1;
    }

    /// <summary>Says so on the run's page if nothing was reported under this attempt yet.</summary>
    public async Task TellSlowStartAsync(long id, int attempt, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var changed = await connection.Command(
            $"""
            UPDATE runs SET phase = 'starting slowly: the machine may be busy', sequence = sequence + 1
            WHERE id = @id AND attempt = @attempt AND {Sql.Held} AND reported = 0 AND phase = 'starting'
            """,
            ("id", id), ("attempt", attempt)).ExecuteAsync(stop);
        if (changed == 1)
        {
            await connection.TellRunAsync(id, RunLogLevel.Warning, "Starts slowly: the machine may be busy.", stop);
        }

        await connection.NotifyRunAsync(id, stop);
        await transaction.CommitAsync(stop);
    }

    /// <summary>A worker that stops gives its run back: first in the queue, from its last checkpoint.</summary>
    public Task<bool> HandBackAsync(long id, int attempt, CancellationToken stop = default) => EnlistedTransaction.RunAsync(
        source, async connection => await ReleaseAsync(connection, id, attempt, 0, stop) is not null, stop);

    /// <summary>
    /// After a crash: first in the queue, from its last checkpoint, unless it crashed too often without a new one.
    /// </summary>
    /// <param name="reason">What happened to the process, as sentences for a person.</param>
    public Task<bool> CrashedAsync(long id, int attempt, string reason, CancellationToken stop = default) =>
        CrashedAsync(id, attempt, reason, detail: null, stop);

    /// <param name="detail">What the process said last.</param>
    /// <inheritdoc cref="CrashedAsync(long, int, string, CancellationToken)"/>
    public Task<bool> CrashedAsync(long id, int attempt, string reason, string? detail, CancellationToken stop = default) =>
        EnlistedTransaction.RunAsync(
            source,
            async connection => await ReleaseAsync(connection, id, attempt, 1, stop, reason, detail) == RunState.Queued,
            stop);

    /// <summary>
    /// Takes runs from workers that have gone silent and puts them first in the queue; replaces tickets that were lost.
    /// </summary>
    /// <param name="supervised">Runs that the caller itself works on: however old their lease, they are not taken.</param>
    /// <returns>The runs taken back.</returns>
    public Task<IReadOnlyList<long>> ReclaimDeadAsync(IReadOnlyCollection<long> supervised, CancellationToken stop = default) =>
        EnlistedTransaction.RunAsync(source, connection => ReclaimDeadAsync(connection, supervised, stop), stop);

    private async Task<IReadOnlyList<long>> ReclaimDeadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<long> supervised, CancellationToken stop)
    {
        var dead = await connection.Command(
            $"""
            SELECT id, attempt FROM runs
            WHERE {Sql.Held} AND NOT id = ANY(@supervised)
                AND heartbeat_at < now() - @lease AND pg_postmaster_start_time() < now() - @recovery
                AND pg_try_advisory_xact_lock(hashtext('runs.reclaim'))
            FOR UPDATE SKIP LOCKED
            """,
            ("lease", Lease), ("recovery", Recovery), ("supervised", supervised.ToArray()))
            .RowsAsync(row => (Id: row.GetInt64(0), Attempt: row.GetInt32(1)), stop);
        foreach (var (id, attempt) in dead)
        {
            await ReleaseAsync(connection, id, attempt, 1, stop, "The worker stopped responding.");
        }

        foreach (var queue in TicketOffice.RunQueues)
        {
            var untaken = await connection.Command(
                """
                SELECT count(*) FROM runs WHERE state = 'Queued' AND runs.queue = @queue
                    AND NOT EXISTS (SELECT 1 FROM hangfire.jobqueue tickets WHERE tickets.queue = @queue AND fetchedat IS NULL)
                    AND pg_try_advisory_xact_lock(hashtext('runs.tickets'))
                """,
                ("queue", queue)).ScalarAsync<long>(stop);
            for (var i = 0; i < untaken; i++)
            {
                TicketOffice.EnqueueRun(connection, queue);
            }
        }

        return dead.ConvertAll(run => run.Id);
    }

    /// <summary>Takes a run from its attempt. What was asked of it and its crashes decide what becomes of it.</summary>
    /// <returns>The run's new state; null when this attempt did not hold it.</returns>
    private static async Task<RunState?> ReleaseAsync(
        NpgsqlConnection connection, long id, int attempt, int crashes, CancellationToken stop, string? reason = null,
        string? detail = null)
    {
        var rows = await connection.Command(
            $"""
            WITH decided AS (
                SELECT id, CASE
                    WHEN request = 'Cancel' THEN 'Canceled'
                    WHEN request = 'Pause' THEN 'Paused'
                    WHEN crashes + @crashes >= @limit THEN 'Failed'
                    ELSE 'Queued' END AS next
                FROM runs WHERE id = @id AND attempt = @attempt AND {Sql.Held} FOR UPDATE)
            UPDATE runs SET state = next, crashes = crashes + @crashes, sequence = sequence + 1, request = 'None',
                phase = NULL, expected_end_at = NULL, images_per_second = NULL,
                ended_at = CASE WHEN next IN ('Canceled', 'Failed') THEN now() END,
                error = CASE WHEN next = 'Failed' THEN
                    @reason::text || ' This happened ' || @limit::text || ' times in a row without a new checkpoint. '
                    || 'Check the worker''s machine and its log, then retry the run.' END,
                position = CASE WHEN next = 'Queued'
                    THEN (SELECT coalesce(min(position), 1) - 1 FROM runs WHERE state = 'Queued') ELSE position END
            FROM decided WHERE runs.id = decided.id
            RETURNING runs.state, runs.queue, runs.error
            """,
            ("id", id), ("attempt", attempt), ("crashes", crashes), ("limit", CrashLimit),
            ("reason", reason is null ? null : StoredText.Line(reason, LongestReason)))
            .RowsAsync(
                row => (
                    State: Enum.Parse<RunState>(row.GetString(0)),
                    Queue: row.GetString(1),
                    Error: row.IsDBNull(2) ? null : row.GetString(2)),
                stop);
        if (rows is not [var run])
        {
            return null;
        }

        await connection.TellRunAsync(
            id, reason is null ? RunLogLevel.Information : RunLogLevel.Warning,
            reason is null ? "Its worker stops." : $"Interrupted. {reason}", stop, detail);
        var checkpoint = await RunStory.LastCheckpointAsync(connection, id, stop);
        if (run.State == RunState.Queued)
        {
            await connection.TellRunAsync(
                id, RunLogLevel.Information, $"Waits for a worker, first in the queue.{checkpoint}", stop);
            TicketOffice.EnqueueRun(connection, run.Queue);
        }
        else
        {
            var error = run.Error is null ? null : run.Error + checkpoint;
            await connection.Command("UPDATE runs SET error = @error WHERE id = @id", ("id", id), ("error", error))
                .ExecuteAsync(stop);
            await TellEndAsync(connection, id, run.State, error, stop);
        }

        await connection.NotifyRunAsync(id, stop);
        return run.State;
    }
}
