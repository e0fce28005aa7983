using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Storage.Runs.Recording;

/// <summary>
/// Takes what the engine reports and writes it to Postgres in the background, a batch each 250 ms, in order and exactly once.
/// Metrics, images, facts, logs and checkpoints are kept until they are written, however long Postgres is away; of progress only
/// the newest.
/// Writing is also the run's heartbeat. The engine is held back only when what waits grows beyond 256 MB.
/// </summary>
public sealed class RunRecorder : IAsyncDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);
    private const long WaitingBytesLimit = 256L << 20;
    private const int BatchEvents = 500;

    private readonly BatchWriter writer;
    private readonly ILogger<RunRecorder> log;
    private readonly Lock gate = new();
    private readonly Queue<(long Number, RunEvent Event)> waiting = new();
    private readonly SemaphoreSlim wake = new(0);
    private readonly CancellationTokenSource ending = new();
    private readonly TaskCompletionSource fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task loop;
    private ProgressEvent? progress;
    private long waitingBytes;
    private long taken;
    private long written;
    private bool urgent;
    private bool idle;

    public RunRecorder(long runId, int attempt, NpgsqlDataSource source, Artifacts.ArtifactFiles files, ILogger<RunRecorder> log)
    {
        writer = new BatchWriter(runId, attempt, source, files);
        this.log = log;
        loop = Task.Run(WriteAsync);
    }

    /// <summary>Ends with <see cref="FencedException"/> once this attempt may not write any more.</summary>
    public Task Fenced => fenced.Task;

    /// <summary>Takes an event; returns at once. Called from the engine's thread.</summary>
    /// <exception cref="FencedException">This attempt may not write any more.</exception>
    public void Report(RunEvent e)
    {
        if (fenced.Task.Exception is { } reason)
        {
            throw new FencedException(reason.InnerException!.Message, reason.InnerException);
        }

        while (Volatile.Read(ref waitingBytes) > WaitingBytesLimit && !fenced.Task.IsCompleted)
        {
            Thread.Sleep(Pace);
        }

        bool wakeUp;
        lock (gate)
        {
            taken++;
            (wakeUp, idle) = (idle, false);
            if (e is ProgressEvent newest)
            {
                progress = newest;
            }
            else
            {
                waiting.Enqueue((taken, e));
                waitingBytes += SizeOf(e);
            }
        }

        // After a quiet time the first event is not kept waiting for the next ones.
        if (wakeUp)
        {
            wake.Release();
        }
    }

    /// <summary>Ends when all that was reported before is written.</summary>
    /// <exception cref="FencedException">This attempt may not write any more.</exception>
    public async Task FlushAsync(CancellationToken stop = default)
    {
        long goal;
        lock (gate)
        {
            goal = taken;
            urgent = true;
        }

        wake.Release();
        while (Volatile.Read(ref written) < goal)
        {
            await Task.WhenAny(fenced.Task, Task.Delay(10, stop));
            stop.ThrowIfCancellationRequested();
            if (fenced.Task.IsFaulted)
            {
                await fenced.Task;
            }
        }
    }

    /// <summary>Stops the heartbeat. What was not flushed is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await loop;
        ending.Dispose();
        wake.Dispose();
    }

    private async Task WriteAsync()
    {
        var sinceWrite = Stopwatch.StartNew();
        while (!ending.IsCancellationRequested)
        {
            if (Take(sinceWrite.Elapsed >= Heartbeat) is { } batch)
            {
                if (!await TryWriteAsync(batch))
                {
                    return;
                }

                sinceWrite.Restart();
            }

            await RestAsync();
        }
    }

    /// <summary>Each try writes the same batch, so that the writer finds whether an earlier try was committed.</summary>
    /// <returns>False when nothing more is to be written.</returns>
    private async Task<bool> TryWriteAsync(EventBatch batch)
    {
        try
        {
            await WhilePostgresIsAway.RetryAsync(
                () => WriteOnceAsync(batch), WhilePostgresIsAway.Forever, LogFailure, failure => !IsFinal(failure), ending.Token);
        }
        catch (Exception) when (ending.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception final)
        {
            fenced.TrySetException(final);
            return false;
        }

        lock (gate)
        {
            written = batch.UpTo;
            waitingBytes -= batch.Events.Sum(SizeOf);
        }

        return true;
    }

    private async Task WriteOnceAsync(EventBatch batch)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        await writer.WriteAsync(batch, limit.Token);
    }

    private void LogFailure(Exception failure, int before)
    {
        if (before % 20 == 0)
        {
            log.LogWarning("Postgres does not take what the run reports ({Reason}); it is kept and tried again", failure.Message);
        }
    }

    private EventBatch? Take(bool heartbeatDue)
    {
        lock (gate)
        {
            if (waiting.Count == 0 && progress is null && !heartbeatDue)
            {
                (urgent, idle) = (false, true);
                return null;
            }

            var events = new List<RunEvent>(Math.Min(waiting.Count, BatchEvents));
            var last = 0L;
            while (events.Count < BatchEvents && waiting.TryDequeue(out var next))
            {
                events.Add(next.Event);
                last = next.Number;
            }

            var batch = new EventBatch(events, progress, waiting.Count == 0 ? taken : last);
            progress = null;
            return batch;
        }
    }

    private async Task RestAsync()
    {
        bool more;
        lock (gate)
        {
            more = waiting.Count >= BatchEvents || (urgent && (waiting.Count > 0 || progress is not null));
        }

        if (!more)
        {
            await DelayAsync(Pace);
        }
    }

    private async Task DelayAsync(TimeSpan time)
    {
        try
        {
            await wake.WaitAsync(time, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition ends it.
        }
    }

    /// <summary>
    /// The fence, or data that Postgres will never take (classes 22, 23 and 42 of SQLSTATE), which is a fault of the program.
    /// All else is tried again: a report is never lost because of an error that nobody foresaw.
    /// </summary>
    private static bool IsFinal(Exception failure) =>
        failure is FencedException or PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '2', ..] };

    private static long SizeOf(RunEvent e) => e is ImageEvent image ? image.Png.Length + image.Thumbnail.Length + 500 : 500;
}

/// <summary>Events that are written together or not at all.</summary>
/// <param name="Progress">The newest, if any came.</param>
/// <param name="UpTo">Number of the last report that it covers.</param>
internal sealed record EventBatch(IReadOnlyList<RunEvent> Events, ProgressEvent? Progress, long UpTo)
{
    /// <summary>Only a sign of life.</summary>
    public bool IsEmpty => Events.Count == 0 && Progress is null;
}
