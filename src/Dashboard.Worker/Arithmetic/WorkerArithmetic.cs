using Dashboard.Engine.Devices;
using Dashboard.Storage.Workers;
using Dashboard.Worker.Serving;
using Microsoft.Extensions.Logging;

namespace Dashboard.Worker.Arithmetic;

/// <summary>The arithmetic of this worker: checked once, before it takes its first run, and told on the Workers page.</summary>
internal sealed class WorkerArithmetic(
    WorkerIdentity identity, WorkerDirectory directory, WorkerSettings settings, ILogger<WorkerArithmetic> log)
{
    private readonly TaskCompletionSource<ArithmeticReport> found = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Checks; the worker's row must be there.</summary>
    public async Task CheckAsync(CancellationToken stop)
    {
        try
        {
            var report = await ArithmeticProof.GetAsync(
                identity.HasGpu, progress => log.LogInformation("{Progress}", progress), stop);
            log.LogInformation("Arithmetic: {Summary}", report.Summary);
            found.TrySetResult(report);
            await directory.SetArithmeticAsync(identity.Id, report.Summary, stop);
        }
        catch (OperationCanceledException)
        {
            found.TrySetCanceled(stop);
        }
        catch (Exception failure)
        {
            // Unchecked is as good as it was without a check.
            log.LogWarning(failure, "The arithmetic could not be checked");
            found.TrySetResult(new ArithmeticReport { Verdicts = [] });
        }
    }

    /// <summary>The environment of a child that computes; waits for the check.</summary>
    public async Task<IEnumerable<KeyValuePair<string, string?>>> ChildEnvironmentAsync(CancellationToken stop) =>
        settings.Environment.Concat((await found.Task.WaitAsync(stop)).ToEnvironment());
}
