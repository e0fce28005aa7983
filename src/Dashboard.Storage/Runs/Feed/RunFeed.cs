using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Dashboard.Storage.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Storage.Runs.Feed;

/// <summary>
/// Hears through one LISTEN connection what workers and web nodes do to runs, and tells those who subscribed in this process.
/// What is sent while the connection is down is lost, so after each LISTEN everybody is told to read again.
/// </summary>
public sealed class RunFeed(NpgsqlDataSource source, RunQueries queries, ILogger<RunFeed> log) : BackgroundService
{
    private ImmutableList<Subscription> subscriptions = [];

    /// <summary>Calls back, on a pool thread and at most about ten times a second, when a run changes.</summary>
    /// <param name="runId">Null for any run.</param>
    public IDisposable Subscribe(long? runId, Action<RunChange> onChange)
    {
        var subscription = new Subscription(this, runId, onChange, log);
        ImmutableInterlocked.Update(ref subscriptions, list => list.Add(subscription));
        return subscription;
    }

    /// <summary>
    /// All that happened to a run after a sequence, then all that happens: in order, nothing twice, at the reader's own pace.
    /// The run's present state comes as its newest message only.
    /// </summary>
    public async IAsyncEnumerable<RunMessage> WatchAsync(long runId, long afterSequence, [EnumeratorCancellation] CancellationToken stop = default)
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

    internal void Remove(Subscription subscription) => ImmutableInterlocked.Update(ref subscriptions, list => list.Remove(subscription));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("The feed lost Postgres ({Reason}) and connects again", failure.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(500), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        connection.Notification += (_, e) =>
        {
            if (long.TryParse(e.Payload, CultureInfo.InvariantCulture, out var id))
            {
                Tell(new RunChange(id));
            }
        };
        await connection.Command("LISTEN runs").ExecuteAsync(stop);
        Tell(new RunChange(null));
        while (true)
        {
            // A half-open connection says nothing, so it is asked now and then.
            if (!await connection.WaitAsync(TimeSpan.FromSeconds(15), stop))
            {
                await connection.Command("SELECT 1").ExecuteAsync(stop);
            }
        }
    }

    private void Tell(RunChange change)
    {
        foreach (var subscription in subscriptions)
        {
            subscription.Offer(change);
        }
    }

    /// <summary>New messages; none when Postgres is away, for the next LISTEN tells to read again.</summary>
    private async Task<IReadOnlyList<RunMessage>> ReadAsync(long runId, long sequence, CancellationToken stop)
    {
        try
        {
            return await queries.MessagesAsync(runId, sequence, stop);
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException or TimeoutException && !stop.IsCancellationRequested)
        {
            log.LogWarning("Run {Run} can't be read at the moment ({Reason})", runId, failure.Message);
            return [];
        }
    }
}
