using Bunit;
using Dashboard.Diffusion.Specs;
using Dashboard.Web.Charts;
using Dashboard.Web.NewRun;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class ScheduleFigureTests : BunitContext
{
    public ScheduleFigureTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    public static TheoryData<ScheduleKind, bool> Schedules => new(
        from kind in Enum.GetValues<ScheduleKind>()
        from zero in (bool[])[false, true]
        select (kind, zero));

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Every_schedule_is_drawn_with_finite_numbers(ScheduleKind kind, bool zeroTerminal)
    {
        var spec = new ScheduleSpec { Kind = kind, Steps = 1000, ZeroTerminalSnr = zeroTerminal };
        var curves = Render<ScheduleFigure>(p => p.Add(f => f.Schedule, spec))
            .FindComponents<Plot>().SelectMany(p => p.Instance.Curves).ToList();
        Assert.Equal(3, curves.Count);
        Assert.All(curves, curve => Assert.True(
            curve.X.Count > 100 && curve.Y.Count == curve.X.Count && curve.Y.All(double.IsFinite), curve.Label));
    }
}
