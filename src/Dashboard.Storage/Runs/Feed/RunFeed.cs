using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Dashboard.Storage.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Storage.Runs.Feed;

/// <summary>What workers and web nodes do to runs, as it happens.</summary>
public sealed class RunFeed(ChangeFeed changes, RunQueries queries, ILogger<RunFeed> log)
{
    /// <summary>Calls back, on a pool thread and at most about ten times a second, when a run changes.</summary>
    /// <param name="runId">Null for any run.</param>
    public IDisposable Subscribe(long? runId, Action<Change> onChange) => changes.Subscribe(ChangeFeed.Runs, runId, onChange);

    /// <summary>
    /// All that happened to a run after a sequence, then all that happens: in order, nothing twice, at the reader's own pace.
    /// The run's present state comes as its newest message only.
    /// </summary>
    public async IAsyncEnumerable<RunMessage> WatchAsync(
        long runId, long afterSequence, [EnumeratorCancellation] CancellationToken stop = default)
    {
        // One waiting signal is enough: it means "read what is new".
        var signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = Subscribe(runId, _ => signals.Writer.TryWrite(true));
        signals.Writer.TryWrite(true);
        var sequence = afterSequence;
        await foreach (var _ in signals.Reader.ReadAllAsync(stop))
        {
            while (await ReadAsync(runId, sequence, stop) is { Count: > 0 } messages)
            {
                foreach (var message in messages)
                {
                    yield return message;
                }

                sequence = messages[^1].Sequence;
            }
        }
    }

    /// <summary>New messages; none while Postgres is away: after a reconnect every subscriber reads again.</summary>
    private async Task<IReadOnlyList<RunMessage>> ReadAsync(long runId, long sequence, CancellationToken stop)
    {
        try
        {
            return await queries.MessagesAsync(runId, sequence, stop);
        }
        catch (Exception failure) when (
            failure is NpgsqlException or InvalidOperationException or TimeoutException && !stop.IsCancellationRequested)
        {
            log.LogWarning("Run {Run} can't be read at the moment ({Reason})", runId, failure.Message);
            return [];
        }
    }
}
