using Dashboard.Diffusion.Runs;

namespace Dashboard.Diffusion.Tests;

public sealed class RunMetricsTests
{
    [Fact]
    public void Every_metric_has_one_row_and_what_it_refers_to_exists()
    {
        Assert.Equal(RunMetrics.All.Count, RunMetrics.All.DistinctBy(metric => metric.Name).Count());
        Assert.Equal(RunMetrics.Charts.Count, RunMetrics.Charts.DistinctBy(chart => chart.Id).Count());
        var names = RunMetrics.All.Select(metric => metric.Name).ToHashSet();
        Assert.All(RunMetrics.All, metric =>
        {
            Assert.NotEqual("", metric.Label);
            Assert.True(metric.Error is null || names.Contains(metric.Error), metric.Name);
            Assert.True(metric.EpochMeanWith is null || names.Contains(metric.EpochMeanWith), metric.Name);
            Assert.Same(metric, RunMetrics.Of(metric.Name));
        });
        Assert.All(RunMetrics.Charts, chart => Assert.Single(chart.Metrics.Select(metric => metric.Unit).Distinct()));
    }

    [Theory]
    [InlineData("train/noise_loss", Better.Lower)]
    [InlineData("train/loss", Better.Lower)]
    [InlineData("val/kid", Better.Lower)]
    [InlineData("val/fid", Better.Lower)]
    [InlineData("val/precision", Better.Higher)]
    [InlineData("val/recall", Better.Higher)]
    [InlineData("val/kid_error", Better.Neither)]
    [InlineData("train/learning_rate", Better.Neither)]
    public void Each_has_its_direction(string name, Better better) => Assert.Equal(better, RunMetrics.Of(name).Better);

    [Fact]
    public void A_run_has_charts_of_what_it_measured_and_of_the_four_that_every_run_measures()
    {
        Assert.Equal(["noise-loss", "image-loss", "kid", "speed"], Ids());
        Assert.Equal(
            ["loss", "noise-loss", "image-loss", "kid", "speed", "fid", "quartiles", "gpu-utilization"],
            Ids("val/kid", "train/loss_q2", "gpu/utilization", "val/fid", "train/loss"));

        static IEnumerable<string> Ids(params string[] measured) => RunMetrics.ChartsOf(measured).Select(chart => chart.Id);
    }

    [Fact]
    public void A_metric_of_a_newer_version_has_a_label_and_a_chart()
    {
        var metric = RunMetrics.Of("val/clip_score");
        Assert.Equal(("Validation: clip score", "clip score", Better.Neither), (metric.Label, metric.Curve, metric.Better));
        Assert.Equal("loss scale", RunMetrics.Of("loss_scale").Label);

        var charts = RunMetrics.ChartsOf(["val/clip_score", "memory/swap"]);
        Assert.Equal(["Memory: swap", "Validation: clip score"], charts.TakeLast(2).Select(chart => chart.Title));
        Assert.Equal("val/clip_score", Assert.Single(charts[^1].Metrics).Name);
    }
}
