using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Recording;
using Dashboard.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Storage.Tests;

public sealed class RecorderTests(PostgresFixture postgres) : StorageTest(postgres)
{
    [Fact]
    public async Task Images_that_are_not_counted_yet_take_nothing_back()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        recorder.Report(new ProgressEvent(400, 1200, 10, null, "training"));
        await recorder.FlushAsync(Stop);
        recorder.Report(new ProgressEvent(0, 0, 0, null, "decoding images, 20 %"));
        await recorder.FlushAsync(Stop);

        var progress = (await Get<RunQueries>().GetAsync(id, Stop))!.Progress;
        Assert.Equal((400, 1200, "decoding images, 20 %"), (progress.ImagesSeen, progress.ImagesTotal, progress.Phase));
    }

    [Fact]
    public async Task What_is_reported_is_written_in_order_with_rising_sequences()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        for (var step = 1; step <= 1200; step++)
        {
            recorder.Report(Loss(step));
            recorder.Report(new ProgressEvent(step, 1200, 10, TimeSpan.FromSeconds(5), "training")
            {
                Clock = new RunClock(step, 0, step)
            });
        }

        recorder.Report(new FactEvent("device", "a test"));
        recorder.Report(new FloorEvent("val/kid", 0.0056));
        recorder.Report(new AdviceEvent("high_loss", "Lower the learning rate."));
        recorder.Report(new AdviceEvent("stale_kid", "Pause the run."));
        recorder.Report(new AdviceEvent("stale_kid", ""));
        recorder.Report(new LogEvent(RunLogLevel.Information, "done"));
        await recorder.FlushAsync(Stop);

        var series = Assert.Single(await Get<RunQueries>().MetricsAsync(id, buckets: 5000, stop: Stop));
        Assert.Equal(Enumerable.Range(1, 1200).Select(i => (long)i), series.Points.Select(p => p.Step));
        Assert.True(series.Points.Zip(series.Points.Skip(1)).All(p => p.First.Sequence < p.Second.Sequence));
        var run = (await Get<RunQueries>().GetAsync(id, Stop))!;
        Assert.Equal(("a test", 1200L, "training"), (run.Facts["device"], run.Progress.ImagesSeen, run.Progress.Phase));
        Assert.Equal(("0.0056", "Lower the learning rate."), (run.Facts["kid_floor"], run.Facts["advice/high_loss"]));
        Assert.Equal(0.0056, RunFacts.Floor(run.Facts, RunMetrics.Kid));
        Assert.Equal(["Lower the learning rate."], RunFacts.Advice(run.Facts));
        Assert.Equal((1.0 / 1200, 1.0 / 1200), (run.LastMetrics["train/noise_loss"], run.BestMetrics["train/noise_loss"]));
        Assert.InRange(run.Eta!.Value, 3, 5);
        Assert.Equal("done", (await Get<RunQueries>().LogsAsync(id, stop: Stop))[^1].Text);
    }

    [Fact]
    public async Task The_best_KID_comes_with_the_error_measured_with_it()
    {
        var (id, attempt) = await ClaimAsync();
        Assert.Null(await Get<RunQueries>().BestKidAsync(id, Stop));
        await using var recorder = Recorder(id, attempt);
        foreach (var (epoch, kid, error) in new[] { (1, 0.5, 0.1), (2, 0.2, 0.03), (3, 0.3, 0.01), (4, double.NaN, double.NaN) })
        {
            recorder.Report(new MetricsEvent(new Dictionary<string, double>
            {
                [RunMetrics.Kid.Name] = kid,
                [RunMetrics.KidError.Name] = error,
            })
            {
                Clock = new RunClock(epoch * 10, epoch, epoch * 320)
            });
        }

        await recorder.FlushAsync(Stop);
        Assert.Equal(new BestKid(0.2, 0.03, 2), await Get<RunQueries>().BestKidAsync(id, Stop));
        Assert.Equal([id], (await Get<RunQueries>().GetAsync([id, id + 1000], Stop)).Select(run => run.Id));
    }

    [Fact]
    public async Task Nothing_that_is_only_told_ends_a_run()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        foreach (var broken in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, 1e-320 })
        {
            recorder.Report(new FloorEvent("val/kid", broken));
            recorder.Report(new MetricsEvent(RunMetrics.All.ToDictionary(metric => metric.Name, _ => broken)));
            recorder.Report(new ProgressEvent(1, 2, broken, TimeSpan.MaxValue, "training"));
            recorder.Report(new LogEvent(RunLogLevel.Warning, "a\0b \ud800") { Detail = "c\0d" });
            recorder.Report(new FactEvent("device", "a\0b"));
            recorder.Report(new AdviceEvent("high_loss", "a\0b \ud800"));
            await recorder.FlushAsync(Stop);
        }

        var run = (await Get<RunQueries>().GetAsync(id, Stop))!;
        Assert.Equal(RunState.Running, run.State);
        Assert.Null(run.Eta);
        _ = System.Text.Json.JsonSerializer.Serialize(run);
        _ = System.Text.Json.JsonSerializer.Serialize(await Get<RunQueries>().MetricsAsync(id, stop: Stop));
        Assert.Null(RunFacts.Floor(new Dictionary<string, string> { ["kid_floor"] = "NaN" }, RunMetrics.Kid));
    }

    [Fact]
    public async Task A_long_series_is_cut_into_buckets_that_keep_the_extremes()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        for (var step = 1; step <= 1000; step++)
        {
            recorder.Report(new MetricsEvent(new Dictionary<string, double>
            {
                ["val/kid"] = step == 500 ? 99 : step == 700 ? double.NaN : 1
            })
            {
                Clock = new RunClock(step, 0, step)
            });
        }

        await recorder.FlushAsync(Stop);

        var series = Assert.Single(await Get<RunQueries>().MetricsAsync(id, ["val/kid"], buckets: 10, stop: Stop));
        Assert.Equal(10, series.Points.Count);
        Assert.Equal(99, series.Points.Max(p => p.Max));
        Assert.Null(series.Points[6].Max);
    }

    [Fact]
    public async Task Images_share_their_bytes()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        recorder.Report(Image(1, 7));
        recorder.Report(Image(2, 7));
        recorder.Report(Image(3, 8));
        await recorder.FlushAsync(Stop);

        var page = await Get<GalleryQueries>().ListAsync(new ImageFilter(Run: id, Limit: 2), Stop);
        Assert.Equal([3L, 2L], page.Items.Select(i => i.Seed));
        var rest = await Get<GalleryQueries>().ListAsync(new ImageFilter(Run: id, Limit: 2, Cursor: page.NextCursor), Stop);
        Assert.Equal(1, Assert.Single(rest.Items).Seed);
        Assert.Null(rest.NextCursor);
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM image_blobs"));
        Assert.Equal([7, 7, 7], await Get<GalleryQueries>().PngAsync(rest.Items[0].Sha256, Stop));
    }

    [Fact]
    public async Task An_older_attempt_writes_nothing()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        recorder.Report(Loss(1));
        await recorder.FlushAsync(Stop);
        await Leases.HandBackAsync(id, attempt, Stop);
        await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop);

        recorder.Report(Loss(2));
        await Assert.ThrowsAsync<FencedException>(() => recorder.FlushAsync(Stop));

        Assert.Throws<FencedException>(() => recorder.Report(Loss(3)));
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM metrics"));
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_not_repeated()
    {
        var (id, attempt) = await ClaimAsync();
        var writer = new BatchWriter(id, attempt, Source, Get<ArtifactFiles>());
        var second = new BatchWriter(id, attempt, Source, Get<ArtifactFiles>());
        var batch = new EventBatch([Loss(1), Loss(2)], null, 2);
        await writer.WriteAsync(batch, Stop);

        // The same batch again, from one that does not know that it was committed.
        await second.WriteAsync(batch, Stop);
        await second.WriteAsync(new EventBatch([Loss(3)], null, 3), Stop);

        Assert.Equal(3, await ScalarAsync<long>("SELECT count(*) FROM metrics"));
    }

    [Fact]
    public async Task Going_on_from_an_older_checkpoint_takes_back_what_came_after()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        recorder.Report(Loss(1));
        recorder.Report(Checkpoint(id, 1, "aa"));
        recorder.Report(Loss(2));
        recorder.Report(Image(1, 1));
        await recorder.FlushAsync(Stop);
        var seen = (await RunAsync(id)).Sequence;

        // A file that is newer than its row: nothing was recorded after it.
        await Get<RunRewind>().ApplyAsync(id, attempt, "bb", null, Stop);
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM metrics"));

        await Get<RunRewind>().ApplyAsync(id, attempt, "aa", null, Stop);
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM metrics"));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM images"));
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM checkpoints"));
        var run = (await Get<RunQueries>().GetAsync(id, Stop))!;
        Assert.Equal((1L, 1.0), (run.Progress.Step, run.LastMetrics["train/noise_loss"]));
        var messages = await Get<RunQueries>().MessagesAsync(id, seen, Stop);
        Assert.Equal(["reset", "state"], messages.Select(m => m.Type));

        await Get<RunRewind>().ApplyAsync(id, attempt, null, null, Stop);
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM metrics"));
        await Assert.ThrowsAsync<FencedException>(() => Get<RunRewind>().ApplyAsync(id, attempt + 1, null, null, Stop));
    }

    [Theory]
    [InlineData("val/kid", 0.05, 0.06, 0.01)]
    [InlineData("val/fid", 30, 31, 10)]
    [InlineData("train/loss", 0.4, 0.5, 0.3)]
    [InlineData("val/recall", 0.7, 0.6, 0.9)]
    public async Task Going_on_keeps_the_best_value_of_each_metric(string metric, double best, double worse, double takenBack)
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        recorder.Report(Value(1, best));
        recorder.Report(Value(2, worse));
        recorder.Report(Checkpoint(id, 2, "aa"));
        await recorder.FlushAsync(Stop);
        recorder.Report(Value(3, takenBack));
        await recorder.FlushAsync(Stop);
        Assert.Equal(takenBack, await BestAsync());

        await Get<RunRewind>().ApplyAsync(id, attempt, "aa", null, Stop);
        Assert.Equal(best, await BestAsync());

        MetricsEvent Value(int step, double value) =>
            new(new Dictionary<string, double> { [metric] = value }) { Clock = new RunClock(step, 0, step) };

        async Task<double?> BestAsync() => (await Get<RunQueries>().GetAsync(id, Stop))!.BestMetrics.GetValueOrDefault(metric);
    }

    [Fact]
    public async Task A_checkpoint_is_available_until_a_later_one_takes_its_file()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        var path = Checkpoint(id, 1, "aa").Path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "weights", Stop);
        recorder.Report(Checkpoint(id, 1, "aa"));
        await recorder.FlushAsync(Stop);
        var first = Assert.Single(await Get<RunQueries>().CheckpointsAsync(id, Stop));
        Assert.True(first.Available);
        await ExecuteAsync($"UPDATE runs SET checkpoint_id = {first.Id} WHERE id = {id}");

        recorder.Report(Checkpoint(id, 2, "bb"));
        recorder.Report(Checkpoint(id, 3, "cc"));
        await recorder.FlushAsync(Stop);

        var checkpoints = await Get<RunQueries>().CheckpointsAsync(id, Stop);
        Assert.Equal([(3L, true), (1L, false)], checkpoints.Select(c => (c.Step, c.Available)));
        Assert.Null(await Get<RunQueries>().CheckpointPathAsync(first.Id, Stop));
        Assert.Equal(path, await Get<RunQueries>().CheckpointPathAsync(checkpoints[0].Id, Stop));
    }

    [Fact]
    public async Task The_weights_behind_a_picture_outlive_later_checkpoints()
    {
        var (id, attempt) = await ClaimAsync();
        await using var recorder = Recorder(id, attempt);
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("weights"u8));
        var path = Checkpoint(id, 1, sha256).Path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "weights", Stop);
        recorder.Report(Checkpoint(id, 1, sha256));
        await recorder.FlushAsync(Stop);
        var drawnFrom = Assert.Single(await Get<RunQueries>().CheckpointsAsync(id, Stop));

        var kept = await Get<CheckpointKeeper>().KeepAsync(drawnFrom, Stop);
        await ExecuteAsync($"UPDATE runs SET checkpoint_id = {drawnFrom.Id} WHERE id = {id}");
        await File.WriteAllTextAsync(path, "later weights", Stop);
        recorder.Report(Checkpoint(id, 2, "bb"));
        await recorder.FlushAsync(Stop);

        Assert.Equal("weights", await File.ReadAllTextAsync(kept!, Stop));
        Assert.Equal(kept, await Get<RunQueries>().CheckpointPathAsync(drawnFrom.Id, Stop));
        Assert.Equal(kept, await Get<CheckpointKeeper>().KeepAsync(drawnFrom, Stop));
        Assert.Equal([kept, path], Directory.GetFiles(Path.GetDirectoryName(path)!).Order(StringComparer.Ordinal));

        // The file that is there now is not what this row's hash says: it may not pass for it.
        var later = (await Get<RunQueries>().CheckpointsAsync(id, Stop)).Single(c => c.Step == 2);
        Assert.Null(await Get<CheckpointKeeper>().KeepAsync(later, Stop));
    }

    [Fact]
    public void No_path_leads_out_of_the_artifact_folder()
    {
        var files = Get<ArtifactFiles>();
        Assert.Throws<ArgumentException>(() => files.Resolve("../outside"));
        Assert.Throws<ArgumentException>(() => files.Resolve("/etc/passwd"));
        Assert.Throws<ArgumentException>(() => files.Relative(files.Root + "-beside/x"));
        Assert.Equal(Path.Combine(files.Root, "runs", "7"), files.Resolve("runs/7"));
    }

    internal static MetricsEvent Loss(int step) =>
        new(new Dictionary<string, double> { ["train/noise_loss"] = 1.0 / step }) { Clock = new RunClock(step, 0, step) };

    private CheckpointEvent Checkpoint(long run, int step, string sha256) =>
        new(CheckpointKind.Last, Path.Combine(Get<ArtifactFiles>().RunFolder(run), "last.safetensors"), sha256, 7, null)
        {
            Clock = new RunClock(step, 0, step)
        };

    private static ImageEvent Image(long seed, byte content) =>
        new([content, content, content], [content], 1, 1, seed, "ddim", 20, 0, null) { Clock = new RunClock(1, 1, 1) };

    private async Task<(long Id, int Attempt)> ClaimAsync()
    {
        await EnqueueAsync();
        var run = await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop);
        return (run!.Id, run.Attempt);
    }

    private RunRecorder Recorder(long id, int attempt) =>
        new(id, attempt, Source, Get<ArtifactFiles>(), NullLogger<RunRecorder>.Instance);
}
