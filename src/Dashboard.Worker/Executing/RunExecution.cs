using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Recording;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Worker.Executing;

/// <summary>Carries out one claimed run and records how it ended. Postgres may be away at any moment; it is waited for.</summary>
internal sealed class RunExecution(
    IDbContextFactory<DashboardContext> contexts, NpgsqlDataSource source, ArtifactFiles files, RunLeases leases,
    TrainingExecution training, SamplingExecution sampling, ILogger<RunRecorder> recorderLog, ILogger<RunExecution> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <returns>False when the process had better end: something in it went wrong.</returns>
    public async Task<bool> RunAsync(long id, int attempt, Orders orders)
    {
        var run = await PatientlyAsync(() => LoadAsync(id, attempt));
        if (run is null)
        {
            return true;
        }

        await using var recorder = new RunRecorder(id, attempt, source, files, recorderLog);
        // A fence may go up while the engine is busy for long; what it does then is in vain.
        _ = recorder.Fenced.ContinueWith(_ => orders.Give(Order.Cancel), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        try
        {
            await (run.Kind switch
            {
                RunKind.Training => training.RunAsync(run, recorder, orders.Stop),
                RunKind.Sampling => sampling.RunAsync(run, recorder, orders.Stop),
                RunKind.Import => sampling.ImportAsync(run, recorder, orders.Stop),
                _ => throw new InvalidOperationException($"unknown kind of run {run.Kind}"),
            });
            await recorder.FlushAsync();
            await PatientlyAsync(() => leases.FinishAsync(id, attempt, RunState.Succeeded));
            return true;
        }
        catch (FencedException)
        {
            log.LogWarning("Run {Run} is no longer this attempt's", id);
            return true;
        }
        catch (OperationCanceledException) when (orders.Stop.IsCancellationRequested)
        {
            return await EndEarlyAsync(id, attempt, recorder, orders.Given);
        }
        catch (Exception failure)
        {
            log.LogError(failure, "Run {Run} failed", id);
            await FailAsync(id, attempt, recorder, failure);
            return failure is RunFailedException { Kind: FailureKind.Input };
        }
    }

    private async Task<bool> EndEarlyAsync(long id, int attempt, RunRecorder recorder, Order order)
    {
        try
        {
            await recorder.FlushAsync();
        }
        catch (FencedException)
        {
            return true;
        }

        await PatientlyAsync(() => order switch
        {
            Order.Cancel => leases.FinishAsync(id, attempt, RunState.Canceled),
            Order.Pause => leases.FinishAsync(id, attempt, RunState.Paused),
            _ => leases.HandBackAsync(id, attempt),
        });
        return true;
    }

    private async Task FailAsync(long id, int attempt, RunRecorder recorder, Exception failure)
    {
        var reason = failure is RunFailedException known ? known.Message : $"The program failed: {failure.Message}";
        try
        {
            recorder.Report(new LogEvent(RunLogLevel.Error, reason));
            await recorder.FlushAsync();
        }
        catch (FencedException)
        {
            // Not to be recorded any more; or what it reported could not be, and that is the reason.
        }

        await PatientlyAsync(() => leases.FinishAsync(id, attempt, RunState.Failed, reason));
    }

    /// <returns>Null when another attempt holds the run by now.</returns>
    private async Task<Run?> LoadAsync(long id, int attempt)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.Attempt == attempt && (r.State == RunState.Running || r.State == RunState.Pausing));
    }

    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> work)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                return await work();
            }
            catch (Exception away) when (waited.Elapsed < Patience && (away is NpgsqlException or TimeoutException || away.InnerException is NpgsqlException))
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }
}
