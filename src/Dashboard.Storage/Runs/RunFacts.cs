using System.Globalization;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Runs;

/// <summary>How facts, floors and advice become a run's facts, which the API shows as they are, and back.</summary>
public static class RunFacts
{
    private const string AdvicePrefix = "advice/";

    /// <summary>Whether a fact is advice.</summary>
    public static bool IsAdvice(string name) => name.StartsWith(AdvicePrefix, StringComparison.Ordinal);

    /// <summary>Advice that still applies, in the order of its keys.</summary>
    public static IReadOnlyList<string> Advice(IReadOnlyDictionary<string, string> facts) =>
    [
        .. facts.Where(fact => IsAdvice(fact.Key) && fact.Value.Length > 0)
            .OrderBy(fact => fact.Key, StringComparer.Ordinal)
            .Select(fact => fact.Value),
    ];

    /// <summary>What real images reach in place of generated ones.</summary>
    /// <returns>Null where it was not measured, or is not finite.</returns>
    public static double? Floor(IReadOnlyDictionary<string, string> facts, RunMetric metric) =>
        // Runs of an earlier version have the standard error behind the value.
        metric.HasFloor && facts.TryGetValue(FloorName(metric.Name), out var text)
            && double.TryParse(text.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var floor)
            && double.IsFinite(floor)
            ? floor
            : null;

    /// <returns>Null for an event that is not a fact.</returns>
    internal static (string Name, string Value)? Of(RunEvent told) => told switch
    {
        FactEvent fact => (fact.Name, fact.Value),
        FloorEvent floor => (FloorName(floor.Metric), floor.Value.ToString("G6", CultureInfo.InvariantCulture)),
        AdviceEvent advice => (AdvicePrefix + advice.Key, advice.Text),
        _ => null,
    };

    /// <summary>Such as <c>kid_floor</c>.</summary>
    private static string FloorName(string metric) => $"{metric.Split('/')[^1]}_floor";
}
