using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Charts;

namespace Dashboard.Web.RunPages;

/// <param name="Sequence">Of the report that brought it.</param>
public sealed record LatestMetric(double? Value, long Sequence);

/// <summary>
/// What a page knows of a run: a snapshot, then what the feed tells, in order and nothing twice. Lists that a tab shows are
/// not kept here; their version rises instead, and the tab that is open reads again.
/// </summary>
public sealed class RunView(RunItem snapshot)
{
    private readonly long start = snapshot.Sequence;
    private readonly Dictionary<string, long> last = [];
    private readonly Dictionary<string, LatestMetric> metrics =
        snapshot.LastMetrics.ToDictionary(m => m.Key, m => new LatestMetric(m.Value, snapshot.Sequence));

    public RunItem Run { get; private set; } = snapshot;

    /// <summary>The newest value of each metric.</summary>
    public IReadOnlyDictionary<string, LatestMetric> Metrics => metrics;

    public int SamplesVersion { get; private set; }

    public int FramesVersion { get; private set; }

    public int LogVersion { get; private set; }

    public int CheckpointsVersion { get; private set; }

    /// <summary>Takes one message over.</summary>
    /// <param name="points">Gets the values that a chart should add.</param>
    /// <returns>False for "reset" and "deleted": the snapshot must be loaded again.</returns>
    public bool Apply(RunMessage message, ICollection<ChartPoint> points)
    {
        // A state may share its sequence with the report that changed it, so each kind counts for itself.
        if (message.Sequence <= last.GetValueOrDefault(message.Type, start))
        {
            return true;
        }

        last[message.Type] = message.Sequence;
        switch (message.Type)
        {
            case "reset" or "deleted":
                return false;
            case "state" when message.Data is RunItem run:
                Run = run;
                break;
            case "metrics" when message.Data is MetricsItem item:
                Take(item, message.Sequence, points);
                break;
            case "image":
                SamplesVersion++;
                break;
            case "frame":
                FramesVersion++;
                break;
            case "log":
                LogVersion++;
                break;
            case "checkpoint":
                CheckpointsVersion++;
                break;
        }

        return true;
    }

    private void Take(MetricsItem item, long sequence, ICollection<ChartPoint> points)
    {
        foreach (var (name, value) in item.Values)
        {
            metrics[name] = new LatestMetric(value, sequence);
            if (value is { } number)
            {
                points.Add(new ChartPoint(name, item.Step, item.Epoch, item.ImagesSeen, item.WallTime, number, sequence));
            }
        }
    }
}
