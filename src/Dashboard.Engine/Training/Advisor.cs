using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Training;

namespace Dashboard.Engine.Training;

/// <summary>Gives advice after each epoch.</summary>
internal sealed class Advisor(TrainingJob job, TrainingState state)
{
    /// <summary>Adds an epoch to the run's position and reports the advice that is new since the epoch before.</summary>
    /// <param name="metrics">Of the epoch that is being measured.</param>
    public void Advise(IReadOnlyDictionary<string, double> metrics)
    {
        IReadOnlyList<EpochSummary> before = state.Position.Epochs, now = [.. before, Summary(metrics)];
        state.Position = state.Position with { Epochs = now };
        var stepsBefore = state.Position.Step * before.Count / now.Count;
        var known = HealthAdvice.Of(job.Spec, before, job.Images.Training.Count, stepsBefore).ToHashSet();
        foreach (var advice in HealthAdvice.Of(job.Spec, now, job.Images.Training.Count, state.Position.Step))
        {
            if (!known.Contains(advice) && (advice.Text.Length > 0 || before.Count > 0))
            {
                job.Report(new AdviceEvent(advice.Key, advice.Text) { Clock = state.Clock });
            }
        }
    }

    private EpochSummary Summary(IReadOnlyDictionary<string, double> metrics)
    {
        return new EpochSummary(
            state.Position.Epoch + 1,
            metrics[RunMetrics.NoiseLoss.Name],
            Value(RunMetrics.ValidationNoiseLoss),
            Value(RunMetrics.Kid));

        double? Value(RunMetric metric) => metrics.TryGetValue(metric.Name, out var value) ? value : null;
    }
}
