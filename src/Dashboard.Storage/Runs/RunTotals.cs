using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Runs;

/// <param name="ByState">Counts; a state without runs is left out.</param>
/// <param name="ImagesPerSecond">Images that all running runs show or draw in a second.</param>
public sealed record RunTotals(IReadOnlyDictionary<RunState, int> ByState, double ImagesPerSecond);
