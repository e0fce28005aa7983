using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;

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
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was signalled; what was reported stays
    /// valid.</exception>
    /// <param name="picture">The PNG that <see cref="SamplingSpec.Inpaint"/> names; null without one.</param>
    public void Draw(SamplingSpec spec, string checkpointPath, byte[]? picture, Action<RunEvent> report, CancellationToken stop)
    {
        try
        {
            var model = Model(checkpointPath, spec);
            var clock = model.Header.Position.Clock;
            var order = DrawingOrder.Of(spec, picture);
            var evaluationsEach = spec.Evaluations * (spec.Inpaint?.Repeats ?? 1);

            Describe(model, clock, report);
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
                var drawn = evaluations / (double)evaluationsEach;
                var speed = drawn / Math.Max(watch.Elapsed.TotalSeconds, 1e-9);
                var left = order.Starts.Count - drawn;
                var remaining = speed > 0 ? ProgressEvent.Time(left / speed) : null;
                report(new ProgressEvent((long)drawn, order.Starts.Count, speed, remaining, "drawing samples") { Clock = clock });
            }
        }
        catch (Exception failure)
            when (Failures.Explain(failure, "Lower the number of seeds, or choose device \"cpu\".") is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>Says where it is computed.</summary>
    private static void Describe(LoadedModel model, RunClock clock, Action<RunEvent> report)
    {
        report(new FactEvent("device", model.Device.Description) { Clock = clock });
        report(new FactEvent("precision", model.Device.Arithmetic) { Clock = clock });
        if (SlowerPaths.Of(model.Device).Advice(model.Header.Spec.Precision) is { } slower)
        {
            report(slower with { Clock = clock });
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

    private LoadedModel Model(string path, SamplingSpec spec)
    {
        // A run replaces its last checkpoint under the same name; the time of writing tells them apart.
        var key = new ModelKey(path, File.GetLastWriteTimeUtc(path), spec.Device, spec.EmaDecay);
        var index = warm.FindIndex(entry => entry.Key == key);
        var model = index >= 0 ? warm[index].Model : LoadedModel.Load(path, spec.Device, spec.EmaDecay);
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

    private sealed record ModelKey(string Path, DateTime WrittenAt, Device Device, double? EmaDecay);
}
