namespace Dashboard.Storage.Runs.Recording;

internal static class MetricNames
{
    /// <summary>Whether a page shows the lowest value as the best.</summary>
    public static bool LowerIsBetter(string name) =>
        name.EndsWith("_loss", StringComparison.Ordinal) || name.EndsWith("/kid", StringComparison.Ordinal) || name.EndsWith("/fid", StringComparison.Ordinal);
}
