using Microsoft.Extensions.Logging;

namespace Dashboard.Storage.Runs.Feed;

/// <summary>
/// One listener with a pace of its own: it is called at once, and then at most every 100 ms; what happens in between becomes one
/// call for each run, or a single one for all when there are many. So what waits is bounded.
/// </summary>
internal sealed class Subscription(RunFeed feed, long? runId, Action<RunChange> onChange, ILogger log) : IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private const int ManyRuns = 64;

    private readonly Lock gate = new();
    private readonly HashSet<long> runs = [];
    private bool all;
    private bool active;
    private volatile bool disposed;

    public void Offer(RunChange change)
    {
        lock (gate)
        {
            if (disposed || (runId is not null && change.RunId is not null && change.RunId != runId))
            {
                return;
            }

            if (change.RunId is { } id && !all && runs.Count < ManyRuns)
            {
                runs.Add(id);
            }
            else
            {
                all = true;
                runs.Clear();
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
            RunChange[] changes;
            lock (gate)
            {
                changes = all ? [new RunChange(null)] : [.. runs.Select(id => new RunChange(id))];
                all = false;
                runs.Clear();
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
                    log.LogError(failure, "A listener to run {Run} failed", change.RunId);
                }
            }

            await Task.Delay(Pace);
        }
    }
}
