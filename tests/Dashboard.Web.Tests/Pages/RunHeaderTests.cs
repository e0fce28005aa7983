using Bunit;
using Dashboard.Web.RunPages;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class RunHeaderTests : BunitContext
{
    public RunHeaderTests()
    {
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        ComponentFactories.AddStub<RunParent>();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void A_floor_is_written_as_the_value_above_it()
    {
        var run = RunViewTests.Item(1) with
        {
            LastMetrics = new Dictionary<string, double?> { ["val/kid"] = 0.0916 },
            Facts = new Dictionary<string, string> { ["kid_floor"] = "0.0011469" },
        };
        var header = Render<RunHeader>(p => p.Add(h => h.View, new RunView(run)));

        Assert.Equal("0.0916", header.Find("[data-metric='val/kid']").TextContent);
        Assert.Equal("floor 0.0011", header.Find("[data-test=kid-floor]").TextContent);
    }

    [Fact]
    public void A_loss_that_is_minimized_instead_of_the_noise_loss_has_a_tile()
    {
        var run = RunViewTests.Item(1) with
        {
            LastMetrics = new Dictionary<string, double?> { ["train/loss"] = 0.25, ["train/noise_loss"] = 0.5 },
        };
        var header = Render<RunHeader>(p => p.Add(h => h.View, new RunView(run)));

        Assert.Equal("0.2500", header.Find("[data-metric='train/loss']").TextContent);
    }
}
