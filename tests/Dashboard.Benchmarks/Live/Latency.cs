using System.Text.Json;

namespace Dashboard.Benchmarks.Live;

internal static class Latency
{
    /// <summary>
    /// Milliseconds, ascending, from each value's own time in the training process to the first moment at which the page
    /// showed that value or a newer one of the same metric. Values from before the page watched are left out.
    /// </summary>
    public static IReadOnlyList<double> Of(JsonElement metrics, IReadOnlyList<Sighting> seen)
    {
        var latencies = new List<double>();
        foreach (var series in metrics.GetProperty("series").EnumerateArray())
        {
            var name = series.GetProperty("name").GetString()!;
            var sightings = seen.Where(s => s.Metric == name).OrderBy(s => s.Sequence).ToList();
            if (sightings.Count == 0)
            {
                continue;
            }

            var first = sightings[0].Sequence;
            foreach (var point in series.GetProperty("points").EnumerateArray())
            {
                var sequence = point.GetProperty("sequence").GetInt64();
                if (sequence < first || sightings.FirstOrDefault(s => s.Sequence >= sequence) is not { } shown)
                {
                    continue;
                }

                var happened = (point.GetProperty("wallTime").GetDateTimeOffset() - DateTimeOffset.UnixEpoch).TotalMilliseconds;
                latencies.Add(shown.UnixMilliseconds - happened);
            }
        }

        latencies.Sort();
        return latencies;
    }

    public static double Percentile(IReadOnlyList<double> ascending, double share) =>
        ascending[(int)Math.Clamp(Math.Ceiling(share * ascending.Count) - 1, 0, ascending.Count - 1)];
}
