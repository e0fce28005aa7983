namespace Dashboard.Diffusion.Runs;

/// <summary>Which of two values of a metric is the better one.</summary>
public enum Better
{
    Neither,
    Lower,
    Higher,
}

/// <summary>A number that runs report, and how it is shown.</summary>
/// <param name="Name">As reported, stored and named in the API, such as <c>train/noise_loss</c>.</param>
/// <param name="Label">On its own: in a tile or a column.</param>
/// <param name="Curve">In the legend of its chart.</param>
public sealed record RunMetric(string Name, string Label, string Curve)
{
    public string? Unit { get; init; }

    public Better Better { get; init; }

    /// <summary>The metric that holds its standard error.</summary>
    public string? Error { get; init; }

    /// <summary>Whether a run measures what real images reach in place of generated ones.</summary>
    public bool HasFloor { get; init; }

    /// <summary>Whether its newest value stands at the top of a run's page.</summary>
    public bool HasTile { get; init; }

    /// <summary>
    /// For a metric that is also reported within an epoch: the metric at whose steps it holds the mean of the whole epoch.
    /// </summary>
    public string? EpochMeanWith { get; init; }

    /// <summary>Measured with the averaged network on the validation split.</summary>
    public bool IsValidation => Name.StartsWith("val/", StringComparison.Ordinal);
}

/// <summary>A chart of a run's metrics; they share its axis and unit.</summary>
/// <param name="Id">Stays the same, so that a page finds its chart again.</param>
public sealed record MetricChart(string Id, string Title, IReadOnlyList<RunMetric> Metrics)
{
    /// <summary>Stands under the title.</summary>
    public required string Text { get; init; }

    /// <summary>Whether a logarithmic axis suits it.</summary>
    public bool Log { get; init; }

    /// <summary>Shown before anything is measured.</summary>
    public bool Always { get; init; }

    /// <summary>Names of a run's facts that say how it was measured.</summary>
    public IReadOnlyList<string> Facts { get; init; } = [];

    public string? Unit => Metrics[0].Unit;
}
