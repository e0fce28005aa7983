using System.Globalization;
using Dashboard.Storage.Runs;

namespace Dashboard.Web.RunPages;

/// <summary>What real images reach in the place of generated ones, as a run's facts tell it.</summary>
internal static class MetricFloor
{
    /// <param name="metric">Such as <c>val/kid</c>.</param>
    /// <returns>Null where none was measured.</returns>
    public static double? Of(RunItem run, string metric) =>
        // A run of an earlier version has its error behind it.
        run.Facts.TryGetValue($"{metric.Split('/')[^1]}_floor", out var fact)
            && double.TryParse(fact.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var floor)
            ? floor
            : null;
}
