using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;
using Dashboard.Worker.Executing;

namespace Dashboard.Worker.Tests;

/// <summary>What worker and child say to each other, and what the child makes of it.</summary>
public sealed class ChildProtocolTests
{
    private static readonly ClaimedRun First = new(7, 2);
    private static readonly ClaimedRun Second = new(8, 1);

    [Fact]
    public void What_one_side_writes_the_other_reads()
    {
        Assert.Equal("run 7 2", ChildProtocol.Run(First));
        Assert.Equal(First, ChildProtocol.ParseRun(ChildProtocol.Run(First)));
        Assert.Equal(First, ChildProtocol.ParseEnded(ChildProtocol.Ended(First)));
        Assert.Null(ChildProtocol.ParseRun(ChildProtocol.Ended(First)));
        foreach (var command in new[] { RunCommand.Pause, RunCommand.Cancel })
        {
            Assert.Equal(command, ChildProtocol.ParseCommand(ChildProtocol.Command(command)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("run seven 2")]
    [InlineData("run 7 2 3")]
    [InlineData("ended 7")]
    [InlineData("Cancel now")]
    public void A_line_that_is_not_of_the_protocol_says_nothing(string line)
    {
        Assert.Null(ChildProtocol.ParseRun(line));
        Assert.Null(ChildProtocol.ParseEnded(line));
        Assert.Equal(RunCommand.None, ChildProtocol.ParseCommand(line));
    }

    [Fact]
    public void A_command_that_comes_before_its_run_has_begun_is_not_lost()
    {
        using var commands = new CommandChannel();
        commands.Hear("run 7 2");
        commands.Hear("cancel");

        Assert.True(commands.Runs.TryRead(out var run));
        using var running = commands.Begin();

        Assert.Equal((First, RunCommand.Cancel, true), (run, commands.Given, commands.Stop.IsCancellationRequested));
    }

    [Fact]
    public void A_command_that_came_too_late_does_not_stop_the_next_run()
    {
        using var commands = new CommandChannel();
        commands.Hear("run 7 2");
        commands.Begin().Dispose();
        commands.Hear("cancel");
        commands.Hear("run 8 1");

        using var running = commands.Begin();

        Assert.Equal((RunCommand.None, false), (commands.Given, commands.Stop.IsCancellationRequested));
        commands.Hear("pause");
        Assert.Equal((RunCommand.Pause, true), (commands.Given, commands.Stop.IsCancellationRequested));
    }

    [Fact]
    public async Task After_leave_the_runs_end_and_the_one_that_waits_is_given_back()
    {
        using var commands = new CommandChannel();
        commands.Hear("run 7 2");
        commands.Hear("run 8 1");
        commands.Give(RunCommand.Leave);

        var stop = TestContext.Current.CancellationToken;
        Assert.Equal([First, Second], await commands.Runs.ReadAllAsync(stop).ToListAsync(stop));
        using var running = commands.Begin();
        commands.Hear("cancel");
        Assert.Equal((RunCommand.Leave, true), (commands.Given, commands.Stop.IsCancellationRequested));
    }
}
