using Dashboard.Web.Charts;

namespace Dashboard.Web.RunPages;

/// <summary>Which further charts a run's metrics call for.</summary>
public static class ExtraCharts
{
    private static readonly string[] Tones = ["primary", "secondary", "tertiary", "muted"];

    private static readonly ExtraChart[] Known =
    [
        new("fid", "FID", "Distance between generated and validation images by their features' mean and spread. At few images it says little.", true,
            [new("val/fid", "FID", "secondary")]),
        new("precision-recall", "Precision and recall", "Share of samples that look real, and share of the data set's variety that samples show.", false,
            [new("val/precision", "precision", "primary"), new("val/recall", "recall", "secondary")]),
        new("quartiles", "Loss by noise level", "Training loss in four bands of noise, from the cleanest quarter of them to the noisiest.", true,
            [
                new("train/loss_q1", "cleanest", "primary"), new("train/loss_q2", "second", "secondary"),
                new("train/loss_q3", "third", "tertiary"), new("train/loss_q4", "noisiest", "muted"),
            ]),
        new("learning-rate", "Learning rate", "After warm-up and schedule.", false, [new("train/learning_rate", "learning rate", "tertiary")]),
        new("gradient-norm", "Gradient norm", "Length of the gradient over all parameters, before it is shortened.", true, [new("train/gradient_norm", "gradient norm", "primary")]),
    ];

    /// <param name="measured">Names of all metrics that the run has reported.</param>
    public static IReadOnlyList<ExtraChart> For(IEnumerable<string> measured)
    {
        var names = measured.Order(StringComparer.Ordinal).ToList();
        return
        [
            .. Known.Where(chart => chart.Series.Any(s => names.Contains(s.Name))),
            // Units differ from metric to metric, so each has its own chart.
            .. names.Where(n => n.StartsWith("gpu/", StringComparison.Ordinal) || n.StartsWith("memory/", StringComparison.Ordinal)).Select(Machine),
        ];
    }

    private static ExtraChart Machine(string name)
    {
        var (part, what) = (name[..name.IndexOf('/', StringComparison.Ordinal)], name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..].Replace('_', ' '));
        var title = part == "gpu" ? $"GPU: {what}" : $"Memory: {what}";
        return new ExtraChart(name.Replace('/', '-'), title, "As the worker reports it.", false, [new ChartSeries(name, what, Tones[part == "gpu" ? 0 : 1])]);
    }
}
