using Microsoft.Extensions.Logging;

namespace Dashboard.Storage.Postgres;

/// <summary>
/// A subscriber that is called at once and then at most every 100 ms. Changes in between become one call for each row, or a
/// single call for all rows when there are many, so the backlog is bounded.
/// </summary>
internal sealed class Subscription(ChangeFeed feed, string channel, long? id, Action<Change> onChange, ILogger log) : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private const int ManyRows = 64;

    private readonly Lock gate = new();
    private readonly HashSet<long> rows = [];
    private bool all;
    private bool active;
    private volatile bool disposed;

    public string Channel => channel;

    public void Offer(Change change)
    {
        lock (gate)
        {
            if (disposed || (id is not null && change.Id is not null && change.Id != id))
            {
                return;
            }

            if (change.Id is { } row && !all && rows.Count < ManyRows)
            {
                rows.Add(row);
            }
            else
            {
                all = true;
                rows.Clear();
            }

            if (active)
            {
                return;
            }

            active = true;
        }

        _ = Task.Run(DeliverAsync);
    }

    public void Dispose()
    {
        disposed = true;
        feed.Remove(this);
    }

    private async Task DeliverAsync()
    {
        while (true)
        {
            Change[] changes;
            lock (gate)
            {
                changes = all ? [new Change(null)] : [.. rows.Select(row => new Change(row))];
                all = false;
                rows.Clear();
                if (changes.Length == 0 || disposed)
                {
                    active = false;
                    return;
                }
            }

            foreach (var change in changes)
            {
                try
                {
                    onChange(change);
                }
                catch (Exception failure)
                {
                    log.LogError(failure, "A subscriber to {Channel} {Id} failed", channel, change.Id);
                }
            }

            await Task.Delay(Pace);
        }
    }
}
