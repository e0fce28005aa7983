using Dashboard.Diffusion.Runs;

namespace Dashboard.Engine.Training;

/// <summary>Trains a diffusion model.</summary>
public static class Trainer
{
    /// <summary>
    /// Runs to the end on the calling thread, which should be one of its own. On cancellation it writes the <c>last</c> checkpoint,
    /// reports it and throws; it reacts within one step.
    /// </summary>
    /// <exception cref="RunFailedException">Diverged, out of memory, disk full or unusable input, in words for the person who queued it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was signalled; the last checkpoint is written.</exception>
    public static void Run(TrainingJob job, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
    }
}
