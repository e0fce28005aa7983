using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Workers;

namespace Dashboard.Worker.Tests;

public sealed class WorkerTests(Stage stage, ITestOutputHelper output) : IClassFixture<Stage>, IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A run that a failed test left would be the next test's first.</summary>
    public async ValueTask DisposeAsync() => await stage.ClearAsync();

    [Fact]
    public async Task A_run_is_trained_to_its_end_and_sampled_from_by_one_warm_child()
    {
        await using var worker = stage.StartWorker();
        var id = await stage.TrainAsync(epochs: 2);
        var run = await stage.WaitAsync(id, r => r.EndedAt is not null, worker);

        Assert.True(run.State == RunState.Succeeded, $"{run.State}: {run.Error}");
        Assert.Equal((96L, 1.0), (run.Progress.ImagesSeen, run.Progress.Fraction));
        Assert.Contains("device", run.Facts.Keys);
        var series = (await stage.Runs.MetricsAsync(id, stop: Stop)).ToDictionary(s => s.Name, s => s.Points.Count);
        Assert.Equal((2, 2), (series["val/noise_loss"], series["val/kid"]));
        Assert.Equal([1, 2], await stage.Runs.ImageEpochsAsync(id, Stop));
        Assert.Equal(8, (await stage.Runs.ImagesAsync(id, frames: false, stop: Stop)).Items.Count);
        var best = (await stage.Runs.BestCheckpointAsync(id, Stop))!;
        Assert.Equal(CheckpointKind.Best, best.Kind);

        var first = Stopwatch.StartNew();
        var cold = await stage.SampleAsync(
            new SamplingSpec { Run = id, Evaluations = 3, Seeds = new SeedRange { Count = 3 }, Frames = 2, Device = Device.Cpu });
        await stage.WaitAsync(cold, RunState.Succeeded, worker);
        first.Stop();
        var child = Assert.Single(worker.Children("execute sampling"));
        var second = Stopwatch.StartNew();
        var warm = await stage.SampleAsync(new SamplingSpec
        {
            Checkpoint = best.Id, Evaluations = 3, Seeds = new SeedRange { First = 2, Count = 2 }, Frames = 0,
            Device = Device.Cpu,
        });
        await stage.WaitAsync(warm, RunState.Succeeded, worker);
        output.WriteLine($"sampling: cold {first.ElapsedMilliseconds} ms, warm {second.ElapsedMilliseconds} ms");

        Assert.Equal([child], worker.Children("execute sampling"));
        var ofCold = (await stage.Get<GalleryQueries>().ListAsync(new ImageFilter(Run: cold), Stop)).Items;
        var ofWarm = (await stage.Get<GalleryQueries>().ListAsync(new ImageFilter(Run: warm), Stop)).Items;
        Assert.Equal((3, 2), (ofCold.Count, ofWarm.Count));
        Assert.All(ofCold, i => Assert.Equal(best.Id, i.Checkpoint));
        Assert.Equal(ofCold.Single(i => i.Seed == 3).Sha256, ofWarm.Single(i => i.Seed == 3).Sha256);
        var detail = (await stage.Get<GalleryQueries>().GetAsync(ofWarm[0].Id, Stop))!;
        Assert.Equal((warm, id), (detail.Run.Id, detail.TrainedBy!.Id));
    }

    [Fact]
    public async Task A_run_that_explodes_tells_its_story_and_names_a_checkpoint_only_where_it_has_one()
    {
        await using var worker = stage.StartWorker();
        var spec = stage.Spec(epochs: 30);
        foreach (var rate in new[] { 1.0, 1e30 })
        {
            var id = await stage.TrainAsync(
                spec with { BatchSize = 4, Optimizer = spec.Optimizer with { LearningRate = rate } }, $"explodes at {rate}");
            var run = await stage.WaitAsync(id, r => r.EndedAt is not null, worker);
            Assert.Equal(RunState.Failed, run.State);
            var last = (await stage.Runs.CheckpointsAsync(id, Stop)).FirstOrDefault(c => c.Kind == CheckpointKind.Last);
            output.WriteLine($"{rate}: {run.Error}");
            if (last is null)
            {
                Assert.DoesNotContain("checkpoint", run.Error, StringComparison.OrdinalIgnoreCase);
            }
            else
            {
                Assert.Contains(
                    $"The last checkpoint is of epoch {last.Epoch}, step {last.Step}", run.Error, StringComparison.Ordinal);
            }

            var log = await stage.Runs.LogsAsync(id, stop: Stop);
            Assert.Equal("Queued by Ann.", log[0].Text);
            Assert.StartsWith("Taken by worker ", log[1].Text, StringComparison.Ordinal);
            Assert.Contains(log, line => line.Text.StartsWith("Computes on cpu", StringComparison.Ordinal));
            Assert.Equal(
                (await stage.Runs.MetricsAsync(id, ["train/learning_rate"], stop: Stop)).SelectMany(s => s.Points).Count(),
                log.Count(line => line.Text.StartsWith("Epoch ", StringComparison.Ordinal)));
            var failure = Assert.Single(log, line => line.Level == RunLogLevel.Error);
            Assert.Equal($"Failed: {run.Error}", failure.Text);
            Assert.Contains("at Dashboard.Engine.Training.Trainer", failure.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Canceling_takes_less_than_two_seconds_at_any_point_and_keeps_what_was_made()
    {
        await using var worker = stage.StartWorker();
        foreach (var moment in new[] { "starting", "training" })
        {
            var id = await stage.TrainAsync(epochs: 10_000);
            await stage.WaitAsync(
                id, r => r.State == RunState.Running && (moment == "starting" || r.Progress.Epoch >= 2), worker);
            var time = Stopwatch.StartNew();
            Assert.True((await stage.Queue.CancelAsync(id, Stage.Ann, Stop)).IsDone);
            await stage.WaitAsync(id, RunState.Canceled, worker);
            output.WriteLine($"canceled while {moment}: {time.ElapsedMilliseconds} ms");
            Assert.True(time.Elapsed < TimeSpan.FromSeconds(2), $"it took {time.Elapsed}");
            if (moment == "training")
            {
                Assert.NotEmpty((await stage.Runs.ImagesAsync(id, stop: Stop)).Items);
                Assert.True((await stage.Runs.CheckpointsAsync(id, Stop))[0].Available);
            }
        }
    }

    [Fact]
    public async Task A_paused_run_keeps_its_checkpoint_and_goes_on_when_resumed()
    {
        await using var worker = stage.StartWorker();
        var id = await stage.TrainAsync(epochs: 6);
        await stage.WaitAsync(id, r => r.Progress.Epoch >= 2, worker);
        Assert.True((await stage.Queue.PauseAsync(id, Stage.Ann, Stop)).IsDone);
        var paused = await stage.WaitAsync(id, RunState.Paused, worker);
        Assert.InRange(paused.Progress.Epoch, 2, 5);

        Assert.True((await stage.Queue.ResumeAsync(id, Stage.Ann, Stop)).IsDone);
        var done = await stage.WaitAsync(id, RunState.Succeeded, worker);

        Assert.Equal(2, done.Attempt);
        Assert.Equal([6], (await stage.Runs.MetricsAsync(id, ["val/kid"], stop: Stop)).Select(s => s.Points.Count));
        Assert.Equal(6 * 4, (await stage.Runs.ImagesAsync(id, frames: false, stop: Stop)).Items.Count);
    }

    [Fact]
    public async Task What_is_left_out_is_not_trained_on_by_new_runs_while_paused_ones_go_on_with_what_they_had()
    {
        var book = stage.Get<Storage.Datasets.DatasetStore>();
        await using var worker = stage.StartWorker();
        var before = await stage.TrainAsync(epochs: 6);
        await stage.WaitAsync(before, r => r.Progress.Epoch >= 1, worker);
        Assert.True((await stage.Queue.PauseAsync(before, Stage.Ann, Stop)).IsDone);
        await stage.WaitAsync(before, RunState.Paused, worker);
        await book.LeaveOutAsync(stage.DatasetId, [0, 1, 2], true, Stage.Ann, Stop);
        try
        {
            var after = await stage.TrainAsync(epochs: 1);
            await stage.WaitAsync(after, RunState.Succeeded, worker);
            Assert.True((await stage.Queue.ResumeAsync(before, Stage.Ann, Stop)).IsDone);
            await stage.WaitAsync(before, r => r.EndedAt is not null, worker);

            Assert.Equal(RunState.Succeeded, (await stage.RunAsync(before)).State);
            var (whole, fewer) = (await FingerprintAsync(before), await FingerprintAsync(after));
            var dataset = (await stage.Get<Storage.Datasets.DatasetQueries>().GetAsync(stage.DatasetId, Stop))!;
            Assert.Equal(dataset.Fingerprint, whole);
            Assert.NotEqual(whole, fewer);
        }
        finally
        {
            await book.LeaveOutAsync(stage.DatasetId, [0, 1, 2], false, Stage.Ann, Stop);
        }

        async Task<string> FingerprintAsync(long run)
        {
            var last = (await stage.Runs.CheckpointsAsync(run, Stop)).First(c => c.Kind == CheckpointKind.Last);
            var path = (await stage.Runs.CheckpointPathAsync(last.Id, Stop))!;
            return Engine.Checkpoints.CheckpointHeader.Read(path).DatasetFingerprint;
        }
    }

    [Fact]
    public async Task A_killed_child_goes_on_and_ends_in_the_same_weights_metrics_and_images()
    {
        await using var worker = stage.StartWorker();
        var whole = await stage.TrainAsync(epochs: 5);
        await stage.WaitAsync(whole, RunState.Succeeded, worker);
        var broken = await stage.TrainAsync(epochs: 5);
        await stage.WaitAsync(broken, r => r.Progress.Epoch >= 2, worker);

        var time = Stopwatch.StartNew();
        WorkerProcess.Signal(Assert.Single(worker.Children("execute training")), "KILL");
        await stage.WaitAsync(broken, r => r is { Attempt: 2, State: RunState.Running }, worker);
        output.WriteLine($"claimed again {time.ElapsedMilliseconds} ms after kill -9 of the child");
        var done = await stage.WaitAsync(broken, r => r.EndedAt is not null, worker);

        Assert.True(done.State == RunState.Succeeded, $"{done.State}: {done.Error}");
        Assert.Equal(await WeightsAsync(whole), await WeightsAsync(broken));
        Assert.Equal(await CountsAsync(whole), await CountsAsync(broken));
        var images = (await stage.Runs.ImagesAsync(whole, stop: Stop)).Items.Select(i => i.Sha256);
        Assert.Equal(images, (await stage.Runs.ImagesAsync(broken, stop: Stop)).Items.Select(i => i.Sha256));
    }

    [Fact]
    public async Task A_native_abort_fails_the_run_with_a_readable_reason()
    {
        await using var worker = stage.StartWorker();
        var id = await stage.TrainAsync(epochs: 10_000);
        await stage.WaitAsync(id, r => r.Progress.Epoch >= 1, worker);
        // .NET shrugs off an abort or segmentation fault that comes from outside; this one it leaves to the kernel.
        WorkerProcess.Signal(Assert.Single(worker.Children("execute training")), "SYS");

        var run = await stage.WaitAsync(id, RunState.Failed, worker);

        Assert.StartsWith(
            "The process was ended by SIGSYS (a system call that this machine forbids).", run.Error, StringComparison.Ordinal);
        Assert.False(worker.HasExited);
    }

    [Fact]
    public async Task When_worker_and_child_are_killed_another_worker_goes_on_within_45_seconds()
    {
        await using var first = stage.StartWorker();
        var id = await stage.TrainAsync(epochs: 10_000);
        await stage.WaitAsync(id, r => r.Progress.Epoch >= 1, first);
        await using var second = stage.StartWorker();
        var child = Assert.Single(first.Children("execute training"));

        var time = Stopwatch.StartNew();
        WorkerProcess.Signal(first.Id, "KILL");
        WorkerProcess.Signal(child, "KILL");
        var run = await stage.WaitAsync(id, r => r.Attempt == 2 && r.Progress.Epoch >= 1, second);
        output.WriteLine($"another worker trains on {time.ElapsedMilliseconds} ms after kill -9 of both");

        Assert.True(time.Elapsed < TimeSpan.FromSeconds(45));
        Assert.Equal(RunState.Running, run.State);
        await stage.Queue.CancelAsync(id, Stage.Ann, Stop);
        await stage.WaitAsync(id, RunState.Canceled, second);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("end of input")]
    public async Task A_worker_that_is_told_to_stop_gives_its_run_back_and_leaves_no_process(string how)
    {
        await using var worker = stage.StartWorker();
        var id = await stage.TrainAsync(epochs: 10_000);
        await stage.WaitAsync(id, r => r.Progress.Epoch >= 1, worker);
        var child = Assert.Single(worker.Children("execute training"));

        var time = Stopwatch.StartNew();
        if (how == "TERM")
        {
            WorkerProcess.Signal(worker.Id, "TERM");
        }
        else
        {
            worker.CloseInput();
        }

        await worker.WaitForExitAsync(Stop);
        output.WriteLine($"stopped by {how} in {time.ElapsedMilliseconds} ms");

        Assert.Equal(0, worker.ExitCode);
        Assert.False(WorkerProcess.IsAlive(child));
        var run = await stage.RunAsync(id);
        Assert.Equal((RunState.Queued, 1), (run.State, run.Position));
        Assert.True((await stage.Runs.CheckpointsAsync(id, Stop))[0].Available);
        Assert.Contains(
            await stage.Get<WorkerDirectory>().ListAsync(Stop), w => w.ProcessId == worker.Id && w.State == WorkerState.Stopped);
        await stage.Queue.CancelAsync(id, Stage.Ann, Stop);
    }

    /// <summary>How often these are told depends on the machine, not on the run.</summary>
    private static readonly string[] OfTheMoment = ["perf/", "memory/", "gpu/"];

    private async Task<string> WeightsAsync(long id) =>
        (await stage.Runs.CheckpointsAsync(id, Stop)).Single(c => c.Kind == CheckpointKind.Last).Sha256;

    private async Task<IEnumerable<(string, int)>> CountsAsync(long id) => (await stage.Runs.MetricsAsync(id, stop: Stop))
        .Where(s => !OfTheMoment.Any(s.Name.StartsWith)).Select(s => (s.Name, s.Points.Count));
}
