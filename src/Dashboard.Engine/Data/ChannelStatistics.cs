namespace Dashboard.Engine.Data;

/// <summary>Mean and standard deviation (over the population) of each channel R, G, B, for pixel values in [0, 1].</summary>
public sealed record ChannelStatistics(IReadOnlyList<double> Mean, IReadOnlyList<double> StandardDeviation)
{
    /// <summary>Brings pixels to −1…1.</summary>
    public static ChannelStatistics Symmetric { get; } = new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
}
