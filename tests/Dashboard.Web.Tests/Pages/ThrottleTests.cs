using Dashboard.Web.Shared;

namespace Dashboard.Web.Tests.Pages;

public sealed class ThrottleTests
{
    [Fact]
    public async Task A_burst_becomes_one_run_now_and_one_at_the_end()
    {
        var runs = 0;
        using var throttle = new Throttle(
            TimeSpan.FromMilliseconds(200), () => Task.FromResult(Interlocked.Increment(ref runs)), TimeProvider.System);
        for (var i = 0; i < 50; i++)
        {
            throttle.Ask();
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await Task.Delay(1000, TestContext.Current.CancellationToken);
        Assert.InRange(runs, 2, 3);
    }

    [Fact]
    public async Task A_failing_action_does_not_stop_the_next()
    {
        var runs = 0;
        using var throttle = new Throttle(
            TimeSpan.FromMilliseconds(10),
            () => Interlocked.Increment(ref runs) == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask,
            TimeProvider.System);
        throttle.Ask();
        await Task.Delay(100, TestContext.Current.CancellationToken);
        throttle.Ask();
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(2, runs);
    }
}
