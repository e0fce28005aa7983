using Dashboard.Web.RunPages;

namespace Dashboard.Web.Tests.Pages;

public sealed class ExtraChartsTests
{
    [Fact]
    public void A_run_gets_charts_of_what_it_measured_and_no_others()
    {
        var charts = ExtraCharts.For(["val/kid", "train/loss_q2", "val/fid", "gpu/utilization", "memory/resident_bytes"]);
        Assert.Equal(["fid", "quartiles", "gpu-utilization", "memory-resident_bytes"], charts.Select(c => c.Id));
        Assert.Equal("gpu/utilization", Assert.Single(charts[2].Series).Name);
    }
}
