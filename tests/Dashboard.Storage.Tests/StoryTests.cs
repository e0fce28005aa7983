using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Recording;
using Dashboard.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Storage.Tests;

/// <summary>A run's log tells what happened to it, who did it, and what came of it.</summary>
public sealed class StoryTests(PostgresFixture postgres) : StorageTest(postgres)
{
    [Fact]
    public async Task People_and_workers_stand_in_the_log_with_what_they_did()
    {
        var worker = await WorkerAsync();
        var other = await EnqueueAsync("another");
        var id = await EnqueueAsync();
        await Done(Queue.MoveAsync(id, Ann, before: other, Stop));
        await Done(Queue.MoveLastAsync(id, Admin, Stop));
        await Done(Queue.MoveAsync(id, Ann, before: null, Stop));
        await Done(Queue.PauseAsync(id, Ann, Stop));
        await Done(Queue.ResumeAsync(id, Admin, Stop));
        var claim = (await Leases.ClaimAsync(RunKind.Training, worker, Stop))!;
        await Done(Queue.PauseAsync(id, Ann, Stop));
        await Leases.FinishAsync(id, claim.Attempt, RunState.Paused, stop: Stop);
        await Done(Queue.ResumeAsync(id, Ann, Stop));
        claim = (await Leases.ClaimAsync(RunKind.Training, worker, Stop))!;
        await Leases.TellSlowStartAsync(id, claim.Attempt, Stop);
        await Leases.HandBackAsync(id, claim.Attempt, Stop);
        claim = (await Leases.ClaimAsync(RunKind.Training, worker, Stop))!;
        await Done(Queue.CancelAsync(id, Admin, Stop));
        await Leases.FinishAsync(id, claim.Attempt, RunState.Canceled, stop: Stop);
        await Done(Queue.RetryAsync(id, Ann, Stop));
        await Done(Queue.CancelAsync(id, Ann, Stop));

        Assert.Equal(
        [
            "Queued by Ann.", $"Moved before run {other} by Ann.", "Moved to the end of the queue by Ada.",
            "Moved to the top of the queue by Ann.", "Paused by Ann.", "Resumed by Ada.",
            "Taken by worker test (cpu), attempt 1.",
            "Ann asked to pause the run after a checkpoint.", "Paused.", "Resumed by Ann.",
            "Taken by worker test (cpu), attempt 2.", "Starts slowly: the machine may be busy.", "Its worker stops.",
            "Waits for a worker, first in the queue.", "Taken by worker test (cpu), attempt 3.",
            "Ada asked to cancel the run.", "Canceled.", "Tried again by Ann.", "Canceled by Ann.",
        ], await TextsAsync(id));
        Assert.Equal(["Starts slowly: the machine may be busy."], await TextsAsync(id, RunLogLevel.Warning));

        var clone = (await Queue.CloneAsync(id, Ben, stop: Stop)).RunId!.Value;
        Assert.Equal([$"Queued by Ben as a clone of run {id}."], await TextsAsync(clone));
        // What was refused did not happen.
        Assert.False((await Queue.ResumeAsync(clone, Ben, Stop)).IsDone);
        Assert.Single(await TextsAsync(clone));
    }

    [Fact]
    public async Task Epochs_checkpoints_and_the_device_stand_in_the_log_once()
    {
        var (id, attempt) = await ClaimAsync();
        await using (var recorder = Recorder(id, attempt))
        {
            recorder.Report(new FactEvent("device", "cpu (2 threads)"));
            recorder.Report(new FactEvent("precision", "fp32"));
            recorder.Report(new FactEvent("arithmetic", "fp32 checked; bf16 refused: sum is wrong"));
            recorder.Report(new MetricsEvent(new Dictionary<string, double> { ["train/noise_loss"] = 0.5 }));
            recorder.Report(new MetricsEvent(new Dictionary<string, double>
            {
                ["val/kid_error"] = 0.002, ["val/kid"] = 0.0123456, ["train/noise_loss"] = double.PositiveInfinity,
                ["train/learning_rate"] = 1e-3, ["perf/images_per_second"] = 123.4,
            })
            {
                Clock = new RunClock(40, 1, 640),
            });
            recorder.Report(new AdviceEvent("few_images", "Import more images."));
            recorder.Report(Checkpoint(40, 1));
            await recorder.FlushAsync(Stop);
        }

        Assert.Equal(
        [
            "Computes on cpu (2 threads).", "Precision: fp32.",
            "Arithmetic of the worker: fp32 checked; bf16 refused: sum is wrong.",
            "Epoch 1, step 40: Noise loss, training not finite, KID 0.01235 ± 0.002, Speed 123.4 images/s, Learning rate 0.001.",
            "Advice: Import more images.", "Last checkpoint, epoch 1, step 40: 7.0 MiB.",
        ], (await TextsAsync(id)).Skip(2));
    }

    [Fact]
    public async Task A_failure_keeps_its_stack_and_names_the_last_checkpoint_only_where_there_is_one()
    {
        var (id, attempt) = await ClaimAsync();
        await Leases.FailAsync(id, attempt, "It broke.", "at Here()\0\nat There()", stop: Stop);
        var failed = (await Get<RunQueries>().LogsAsync(id, RunLogLevel.Error, stop: Stop)).Single();
        Assert.Equal(("Failed: It broke.", "at Here()\nat There()"), (failed.Text, failed.Detail));
        Assert.Equal("It broke.", (await RunAsync(id)).Error);

        await Done(Queue.RetryAsync(id, Ann, Stop));
        var again = (await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop))!;
        await using (var recorder = Recorder(id, again.Attempt))
        {
            recorder.Report(Checkpoint(40, 1));
            recorder.Report(Checkpoint(80, 2));
            await recorder.FlushAsync(Stop);
        }

        await Leases.FailAsync(id, again.Attempt, "It broke.", stop: Stop);
        const string words = "It broke. The last checkpoint is of epoch 2, step 80: trying again goes on from it.";
        Assert.Equal(words, (await RunAsync(id)).Error);
        Assert.Equal($"Failed: {words}", (await TextsAsync(id))[^1]);
    }

    [Fact]
    public async Task A_run_that_crashes_too_often_names_its_checkpoint_and_keeps_what_the_process_said()
    {
        var (id, attempt) = await ClaimAsync();
        await using (var recorder = Recorder(id, attempt))
        {
            recorder.Report(Checkpoint(40, 1));
            await recorder.FlushAsync(Stop);
        }

        for (var crash = 1; crash <= RunLeases.CrashLimit; crash++)
        {
            await Leases.CrashedAsync(id, attempt, "The process was killed.", "its last words", Stop);
            attempt = (await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop))?.Attempt ?? attempt;
        }

        var run = await RunAsync(id);
        Assert.Equal(RunState.Failed, run.State);
        Assert.EndsWith(
            "The last checkpoint is of epoch 1, step 40: trying again goes on from it.", run.Error, StringComparison.Ordinal);
        var told = await Get<RunQueries>().LogsAsync(id, RunLogLevel.Warning, stop: Stop);
        Assert.Equal(RunLeases.CrashLimit, told.Count(line => line is { Level: RunLogLevel.Warning, Detail: "its last words" }));
        Assert.Equal($"Failed: {run.Error}", told[^1].Text);
    }

    private static async Task Done(Task<QueueOutcome> asked) => Assert.True((await asked).IsDone);

    private CheckpointEvent Checkpoint(long step, int epoch) =>
        new(CheckpointKind.Last, Path.Combine(Get<ArtifactFiles>().Root, "last.safetensors"), $"{step}", 7 << 20, null)
        {
            Clock = new RunClock(step, epoch, step * 16),
        };

    private async Task<IReadOnlyList<string>> TextsAsync(long id, RunLogLevel least = RunLogLevel.Information) =>
        [.. (await Get<RunQueries>().LogsAsync(id, least, stop: Stop)).Select(line => line.Text)];

    private async Task<(long Id, int Attempt)> ClaimAsync()
    {
        var id = await EnqueueAsync();
        return (id, (await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop))!.Attempt);
    }

    private RunRecorder Recorder(long id, int attempt) =>
        new(id, attempt, Source, Get<ArtifactFiles>(), NullLogger<RunRecorder>.Instance);
}
