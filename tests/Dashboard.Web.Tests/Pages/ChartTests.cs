using Bunit;
using Dashboard.Web.Charts;

namespace Dashboard.Web.Tests.Pages;

public sealed class ChartTests : BunitContext
{
    private static readonly ChartSeries[] Loss = [new("train/noise_loss", "training", "primary")];
    private readonly BunitJSModuleInterop module;

    public ChartTests()
    {
        module = JSInterop.SetupModule("./js/charts.js");
        module.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task It_loads_history_by_itself_and_sends_only_what_is_new()
    {
        var drawn = module.SetupModule("runChart", _ => true);
        drawn.Mode = JSRuntimeMode.Loose;
        var chart = Render<Chart>(
            p => p.Add(c => c.Run, 5).Add(c => c.Series, Loss).Add(c => c.Label, "Loss").Add(c => c.Log, true));
        Assert.Single(module.Invocations["runChart"]);

        var point = new ChartPoint("train/noise_loss", 20, 0, 640, DateTimeOffset.UnixEpoch, 0.5, 3);
        await chart.InvokeAsync(() => chart.Instance.AppendAsync([point]));
        var sent = Assert.Single(drawn.Invocations["append"]);
        Assert.Equal([point], Assert.IsAssignableFrom<IReadOnlyList<ChartPoint>>(sent.Arguments[0]));
    }

    [Fact]
    public void A_new_axis_changes_the_chart_and_does_not_draw_it_again()
    {
        var drawn = module.SetupModule("runChart", _ => true);
        drawn.Mode = JSRuntimeMode.Loose;
        var chart = Render<Chart>(p => p.Add(c => c.Run, 5).Add(c => c.Series, Loss).Add(c => c.Label, "Loss"));
        chart.Render(p => p.Add(c => c.Axis, ChartAxis.Time));
        chart.Render(p => p.Add(c => c.Axis, ChartAxis.Time));
        Assert.Single(module.Invocations["runChart"]);
        Assert.Single(drawn.Invocations["change"]);
    }

    [Fact]
    public async Task It_leaves_nothing_behind()
    {
        var drawn = module.SetupModule("runChart", _ => true);
        drawn.Mode = JSRuntimeMode.Loose;
        Render<Chart>(p => p.Add(c => c.Run, 5).Add(c => c.Series, Loss).Add(c => c.Label, "Loss"));
        await DisposeComponentsAsync();
        Assert.Single(drawn.Invocations["dispose"]);
    }
}
