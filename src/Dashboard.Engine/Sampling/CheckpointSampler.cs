using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Engine.Sampling;

/// <summary>Draws images from checkpoints and keeps the last loaded ones warm. Not thread-safe; give it one thread.</summary>
public sealed class CheckpointSampler : IDisposable
{
    private const int WarmModels = 3;
    private static readonly TimeSpan ProgressPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Least recently used first.</summary>
    private readonly List<(ModelKey Key, LoadedModel Model)> warm = [];

    /// <summary>Draws every seed of <paramref name="spec"/> and reports images, their frames and progress as they come.</summary>
    /// <exception cref="RunFailedException">The checkpoint is missing or broken, or memory does not suffice.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was signalled; what was reported stays valid.</exception>
    public void Draw(SamplingSpec spec, string checkpointPath, Action<RunEvent> report, CancellationToken stop)
    {
        try
        {
            var model = Model(checkpointPath, spec.Device);
            var position = model.Header.Position;
            var clock = new RunClock(position.Step, position.Epoch, position.ImagesSeen);
            var order = new DrawingOrder(
                DrawingOrder.Range(spec.Seeds.First, spec.Seeds.Count),
                spec.Sampler,
                spec.Evaluations,
                spec.Eta,
                Framed: spec.Frames > 0 ? spec.Seeds.Count : 0,
                spec.Frames);

            var watch = Stopwatch.StartNew();
            var told = TimeSpan.Zero;
            long evaluations = 0;
            Tell();
            ImageReports.Draw(model.Drawing, order, clock, report, Evaluated, stop);
            Tell();

            void Evaluated(int images)
            {
                evaluations += images;
                if (watch.Elapsed - told >= ProgressPause)
                {
                    told = watch.Elapsed;
                    Tell();
                }
            }

            void Tell()
            {
                var speed = evaluations / (double)spec.Evaluations / Math.Max(watch.Elapsed.TotalSeconds, 1e-9);
                var left = spec.Seeds.Count - (evaluations / (double)spec.Evaluations);
                var remaining = speed > 0 ? TimeSpan.FromSeconds(left / speed) : (TimeSpan?)null;
                report(new ProgressEvent(evaluations / spec.Evaluations, spec.Seeds.Count, speed, remaining, "drawing samples") { Clock = clock });
            }
        }
        catch (Exception failure) when (Failures.Explain(failure, "Lower the number of seeds, or choose device \"cpu\".") is { } explained)
        {
            throw explained;
        }
    }

    public void Dispose()
    {
        foreach (var (_, model) in warm)
        {
            model.Dispose();
        }

        warm.Clear();
    }

    private LoadedModel Model(string path, Device device)
    {
        // A run replaces its last checkpoint under the same name; the time of writing tells them apart.
        var key = new ModelKey(path, File.GetLastWriteTimeUtc(path), device);
        var index = warm.FindIndex(entry => entry.Key == key);
        var model = index >= 0 ? warm[index].Model : LoadedModel.Load(path, device);
        if (index >= 0)
        {
            warm.RemoveAt(index);
        }

        warm.Add((key, model));
        while (warm.Count > WarmModels)
        {
            warm[0].Model.Dispose();
            warm.RemoveAt(0);
        }

        return model;
    }

    private sealed record ModelKey(string Path, DateTime WrittenAt, Device Device);
}
