namespace Dashboard.Engine.Data;

/// <summary>Mean and standard deviation (over the population) of each channel R, G, B, for pixel values in [0, 1].</summary>
public sealed record ChannelStatistics(IReadOnlyList<double> Mean, IReadOnlyList<double> StandardDeviation);
