using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Charts;
using Dashboard.Web.RunPages;
using Dashboard.Web.Runs;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Tests.Pages;

public sealed class RunViewTests
{
    private readonly List<ChartPoint> points = [];

    [Fact]
    public void Values_are_taken_in_order_and_nothing_twice()
    {
        var view = new RunView(Item(10));
        foreach (var sequence in new long[] { 9, 10, 11, 12, 12, 11, 13 })
        {
            Assert.True(view.Apply(Metrics(sequence), points));
        }

        Assert.Equal([11, 12, 13], points.Select(p => p.Sequence));
        Assert.Equal(new LatestMetric(13, 13), view.Metrics["train/noise_loss"]);
    }

    [Fact]
    public void A_state_that_shares_its_number_with_a_report_still_counts()
    {
        var view = new RunView(Item(10));
        view.Apply(Metrics(11), points);
        view.Apply(new RunMessage(11, "state", Item(11) with { State = RunState.Succeeded }), points);
        Assert.Equal(RunState.Succeeded, view.Run.State);

        view.Apply(new RunMessage(11, "state", Item(11) with { State = RunState.Running }), points);
        Assert.Equal(RunState.Succeeded, view.Run.State);
    }

    [Fact]
    public void A_value_that_is_no_number_is_shown_but_not_drawn()
    {
        var view = new RunView(Item(10));
        view.Apply(
            new RunMessage(11, "metrics", new MetricsItem(
                1, 0, 32, DateTimeOffset.UnixEpoch, new Dictionary<string, double?> { ["val/kid"] = null })),
            points);
        Assert.Empty(points);
        Assert.Null(view.Metrics["val/kid"].Value);
    }

    [Fact]
    public void Rows_taken_back_ask_for_a_new_snapshot() =>
        Assert.False(new RunView(Item(10)).Apply(new RunMessage(11, "reset", new { }), points));

    [Fact]
    public void Lists_are_read_again_only_for_what_is_new()
    {
        var view = new RunView(Item(10));
        view.Apply(new RunMessage(10, "log", new object()), points);
        Assert.Equal(0, view.LogVersion);
        view.Apply(new RunMessage(11, "log", new object()), points);
        view.Apply(new RunMessage(12, "frame", new object()), points);
        view.Apply(new RunMessage(13, "image", new object()), points);
        Assert.Equal((1, 1, 1), (view.LogVersion, view.FramesVersion, view.SamplesVersion));
    }

    private static RunMessage Metrics(long sequence) => new(sequence, "metrics", new MetricsItem(
        sequence, 0, sequence * 32, DateTimeOffset.UnixEpoch,
        new Dictionary<string, double?> { ["train/noise_loss"] = sequence }));

    internal static RunItem Item(long sequence) => new()
    {
        Id = 1,
        Kind = RunKind.Training,
        Name = "roses",
        State = RunState.Running,
        Request = RunCommand.None,
        Owner = null,
        Spec = JsonElement.Parse("{}"),
        Dataset = null,
        Checkpoint = null,
        Attempt = 1,
        Position = null,
        Progress = new RunProgress(0, 100, 0, null, null, 0, 0),
        Eta = null,
        Worker = null,
        Facts = new Dictionary<string, string>(),
        LastMetrics = new Dictionary<string, double?>(),
        BestMetrics = new Dictionary<string, double?>(),
        Error = null,
        CreatedAt = DateTimeOffset.UnixEpoch,
        StartedAt = null,
        EndedAt = null,
        Sequence = sequence,
    };
}
