using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Recording;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Worker.Executing;

/// <summary>Carries out one claimed run and records how it ended. Waits for Postgres if it is away.</summary>
internal sealed class RunExecution(
    NpgsqlDataSource source, ArtifactFiles files, RunLeases leases,
    TrainingExecution training, SamplingExecution sampling, ILogger<RunRecorder> recorderLog, ILogger<RunExecution> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <returns>False when the process should end, because something in it went wrong.</returns>
    public async Task<bool> RunAsync(ClaimedRun claim, CommandChannel commands)
    {
        if (await WhilePostgresIsAway.RetryAsync(() => leases.LoadAsync(claim), Patience) is not { } run)
        {
            return true;
        }

        await using var recorder = new RunRecorder(claim.Id, claim.Attempt, source, files, recorderLog);
        // The run may be taken away while the engine computes; nothing that it makes from then on is kept.
        _ = recorder.Fenced.ContinueWith(
            _ => commands.Give(RunCommand.Cancel),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
        try
        {
            await (run.Kind switch
            {
                RunKind.Training => training.RunAsync(run, recorder, commands.Stop),
                RunKind.Sampling => sampling.RunAsync(run, recorder, commands.Stop),
                RunKind.Import => sampling.ImportAsync(run, recorder, commands.Stop),
                _ => throw new InvalidOperationException($"unknown kind of run {run.Kind}"),
            });
            await recorder.FlushAsync();
            await FinishAsync(claim, RunState.Succeeded);
            return true;
        }
        catch (FencedException)
        {
            log.LogWarning("Run {Run} is held by another attempt or has ended", claim.Id);
            return true;
        }
        catch (OperationCanceledException) when (commands.Stop.IsCancellationRequested)
        {
            return await EndEarlyAsync(claim, recorder, commands.Given);
        }
        catch (Exception failure)
        {
            log.LogError(failure, "Run {Run} failed", claim.Id);
            await FailAsync(claim, recorder, failure);
            return failure is RunFailedException { Kind: FailureKind.Input };
        }
    }

    private async Task<bool> EndEarlyAsync(ClaimedRun claim, RunRecorder recorder, RunCommand command)
    {
        try
        {
            await recorder.FlushAsync();
        }
        catch (FencedException)
        {
            return true;
        }

        await (command switch
        {
            RunCommand.Cancel => FinishAsync(claim, RunState.Canceled),
            RunCommand.Pause => FinishAsync(claim, RunState.Paused),
            _ => WhilePostgresIsAway.RetryAsync(() => leases.HandBackAsync(claim.Id, claim.Attempt), Patience),
        });
        return true;
    }

    private async Task FailAsync(ClaimedRun claim, RunRecorder recorder, Exception failure)
    {
        var reason = failure is RunFailedException known ? known.Message : $"The program failed: {failure.Message}";
        try
        {
            await recorder.FlushAsync();
        }
        catch (FencedException)
        {
            // Another attempt holds the run, which FailAsync finds too; or Postgres refused a report, and that is the reason.
        }

        // The engine's own failures name the checkpoint themselves, where it says anything.
        await WhilePostgresIsAway.RetryAsync(
            () => leases.FailAsync(
                claim.Id, claim.Attempt, reason, failure.ToString(), nameCheckpoint: failure is not RunFailedException),
            Patience);
    }

    private Task<bool> FinishAsync(ClaimedRun claim, RunState state) =>
        WhilePostgresIsAway.RetryAsync(() => leases.FinishAsync(claim.Id, claim.Attempt, state), Patience);
}
