using Bunit;
using Dashboard.Web.Charts;
using Dashboard.Web.RunPages;

namespace Dashboard.Web.Tests.Pages;

public sealed class RunChartsTests : BunitContext
{
    private readonly BunitJSModuleInterop drawn;

    public RunChartsTests()
    {
        var module = JSInterop.SetupModule("./js/charts.js");
        module.Mode = JSRuntimeMode.Loose;
        drawn = module.SetupModule("runChart", _ => true);
        drawn.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task A_loss_that_is_minimized_instead_of_the_noise_loss_has_a_chart()
    {
        var charts = Render<RunCharts>(p => p.Add(c => c.Run, RunViewTests.Item(1)).Add(c => c.Measured, ["train/noise_loss"]));
        Assert.Equal(["noise-loss", "image-loss", "kid", "speed"], Ids());

        charts.Render(p => p.Add(c => c.Measured, ["train/noise_loss", "train/loss"]));
        Assert.Equal(["loss", "noise-loss", "image-loss", "kid", "speed"], Ids());

        // Each chart gets its own values and no others.
        var points = new[] { Point("train/loss"), Point("val/kid_error"), Point("val/unknown") };
        await charts.InvokeAsync(() => charts.Instance.AppendAsync(points));
        var sent = drawn.Invocations["append"].Select(call => (IReadOnlyList<ChartPoint>)call.Arguments[0]!);
        Assert.Equal(["train/loss", "val/kid_error"], sent.Select(own => Assert.Single(own).Name));

        IEnumerable<string?> Ids() => charts.FindAll("section").Select(section => section.GetAttribute("data-chart"));
    }

    [Fact]
    public void How_a_metric_is_measured_stands_behind_the_title()
    {
        var run = RunViewTests.Item(1) with
        {
            Facts = new Dictionary<string, string>
            {
                ["kid_protocol"] = "Unbiased MMD.", ["device"] = "cpu", ["precision"] = "fp32",
            },
        };
        var charts = Render<RunCharts>(p => p.Add(c => c.Run, run));

        Assert.Equal("Unbiased MMD.", charts.Find("[data-chart=kid] [role=tooltip]").TextContent);
        Assert.Equal("cpu; fp32", charts.Find("[data-chart=speed] [role=tooltip]").TextContent);
        Assert.Empty(charts.FindAll("[data-chart=noise-loss] [role=tooltip]"));
    }

    private static ChartPoint Point(string name) => new(name, 1, 0, 32, DateTimeOffset.UnixEpoch, 0.5, 2);
}
