using Bunit;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs;
using Dashboard.Web.Runs;

namespace Dashboard.Web.Tests.Pages;

public sealed class ProgressLineTests : BunitContext
{
    [Theory]
    [InlineData(RunState.Queued)]
    [InlineData(RunState.Running)]
    [InlineData(RunState.Failed)]
    public void Images_that_are_not_counted_and_a_speed_that_is_not_measured_are_left_out(RunState state)
    {
        var line = Line(RunViewTests.Item(1) with
        {
            State = state, Progress = new RunProgress(0, 0, 0, 0, "decoding images, 12 %", 0, 0),
        });
        Assert.DoesNotContain("0 of 0", line, StringComparison.Ordinal);
        Assert.DoesNotContain("images/s", line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_and_how_the_time_was_spent_are_told()
    {
        var line = Line(RunViewTests.Item(1) with
        {
            State = RunState.Running,
            Progress = new RunProgress(768, 768, 0.99, 40, "measuring KID", 48, 5),
            Eta = 12,
            Times = new RunTimes(725, 190, 3720),
        });
        Assert.Contains("99 %", line, StringComparison.Ordinal);
        Assert.Contains("measuring KID", line, StringComparison.Ordinal);
        Assert.Contains("about 12 s left", line, StringComparison.Ordinal);
        Assert.Contains("worked 12 min 05 s, waited 3 min 10 s, paused 1 h 02 min", line, StringComparison.Ordinal);
    }

    private string Line(RunItem run) => Render<ProgressLine>(p => p.Add(l => l.Run, run)).Markup;
}
