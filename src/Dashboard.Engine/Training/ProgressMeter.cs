using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Training;

namespace Dashboard.Engine.Training;

/// <summary>Speed and remaining time, told at most twice a second.</summary>
internal sealed class ProgressMeter(Action<RunEvent> report, RunLength length)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Speed is averaged over about this time: long enough to be calm, short enough to notice a busy machine.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);

    private readonly Stopwatch sinceReport = Stopwatch.StartNew();
    private readonly Stopwatch sinceStep = new();
    private readonly Stopwatch evaluating = new();
    private TimeSpan? evaluationTime;
    private TimeSpan trained;

    /// <summary>Smoothed, while training; 0 before the first step.</summary>
    public double ImagesPerSecond { get; private set; }

    public void StartTraining() => sinceStep.Restart();

    /// <summary>A training step of so many images has been given to the device.</summary>
    public void Stepped(int images, RunClock clock)
    {
        var time = sinceStep.Elapsed;
        sinceStep.Restart();
        trained += time;
        var seconds = Math.Max(time.TotalSeconds, 1e-9);

        // Early on this is the plain mean; later the weight of older steps fades.
        var weight = Math.Min(1, Math.Max(seconds / Memory.TotalSeconds, seconds / trained.TotalSeconds));
        var secondsPerImage = ImagesPerSecond > 0 ? 1 / ImagesPerSecond : seconds / images;
        ImagesPerSecond = 1 / (secondsPerImage + (weight * ((seconds / images) - secondsPerImage)));
        Tell(clock, "training");
    }

    public void StartEvaluation() => evaluating.Restart();

    /// <summary>Validation, KID and samples of an epoch are done; the next ones are taken to last as long.</summary>
    public void EndEvaluation() => evaluationTime = evaluating.Elapsed;

    /// <param name="always">Also if something was told just now.</param>
    public void Tell(RunClock clock, string phase, bool always = false)
    {
        if (!always && sinceReport.Elapsed < Pause)
        {
            return;
        }

        sinceReport.Restart();
        report(new ProgressEvent(clock.ImagesSeen, length.Images, ImagesPerSecond, Remaining(clock, phase), phase)
        {
            Clock = clock,
        });
    }

    private TimeSpan? Remaining(RunClock clock, string phase)
    {
        if (ImagesPerSecond <= 0)
        {
            return null;
        }

        var images = length.Images - clock.ImagesSeen;
        var epochsToMeasure = (images + length.ImagesPerEpoch - 1) / length.ImagesPerEpoch;
        var evaluation = (evaluationTime ?? TimeSpan.Zero).TotalSeconds;
        var rest = phase == "training" ? 0 : Math.Max(evaluation - evaluating.Elapsed.TotalSeconds, 0);
        return ProgressEvent.Time((images / ImagesPerSecond) + (evaluation * epochsToMeasure) + rest);
    }
}
