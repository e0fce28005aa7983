using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Storage.Postgres;

/// <summary>
/// Listens on one connection to what workers and web nodes notify, and tells the subscribers in this process.
/// Notifications sent while the connection is down are lost, so after each reconnect every subscriber is told to read again.
/// </summary>
public sealed class ChangeFeed(NpgsqlDataSource source, ILogger<ChangeFeed> log) : BackgroundService
{
    public const string Runs = "runs";
    public const string Datasets = "datasets";

    private const string Listen = $"LISTEN {Runs}; LISTEN {Datasets}";

    private ImmutableList<Subscription> subscriptions = [];

    /// <summary>Calls back, on a pool thread and at most about ten times a second, when a row changes.</summary>
    /// <param name="channel"><see cref="Runs"/> or <see cref="Datasets"/>.</param>
    /// <param name="id">Null for any row.</param>
    public IDisposable Subscribe(string channel, long? id, Action<Change> onChange)
    {
        var subscription = new Subscription(this, channel, id, onChange, log);
        ImmutableInterlocked.Update(ref subscriptions, list => list.Add(subscription));
        return subscription;
    }

    internal void Remove(Subscription subscription) =>
        ImmutableInterlocked.Update(ref subscriptions, list => list.Remove(subscription));

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
                log.LogWarning("The feed lost its connection to Postgres ({Reason}) and reconnects", failure.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(500), stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
                Tell(e.Channel, new Change(id));
            }
        };
        await connection.Command(Listen).ExecuteAsync(stop);
        foreach (var subscription in subscriptions)
        {
            subscription.Offer(new Change(null));
        }

        while (true)
        {
            // A half-open connection stays silent, so it is tested now and then.
            if (!await connection.WaitAsync(TimeSpan.FromSeconds(15), stop))
            {
                await connection.Command("SELECT 1").ExecuteAsync(stop);
            }
        }
    }

    private void Tell(string channel, Change change)
    {
        foreach (var subscription in subscriptions)
        {
            if (subscription.Channel == channel)
            {
                subscription.Offer(change);
            }
        }
    }
}
