using System.Globalization;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Queue;
using Dashboard.Worker.Arithmetic;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Dashboard.Worker.Serving;

/// <summary>What this worker does with a ticket: takes the run that is next in the queue and has a child carry it out.</summary>
internal sealed class Tickets(
    RunLeases leases, RunSupervisor supervisor, SamplingChild samplingChild, WorkerArithmetic arithmetic, WorkerIdentity identity,
    WorkerSettings settings, DatasetStore datasets, NpgsqlDataSource source, IHostApplicationLifetime lifetime,
    ILogger<Tickets> log) : ITickets
{
    public async Task TakeTrainingAsync(CancellationToken stop)
    {
        using var ending = Ending(stop);
        var environment = await arithmetic.ChildEnvironmentAsync(ending.Token);
        if (await leases.ClaimAsync(RunKind.Training, identity.Id, ending.Token) is { } run)
        {
            log.LogInformation("Run {Run}, attempt {Attempt}, starts", run.Id, run.Attempt);
            await using var child = ChildProcess.Start(["execute", TicketOffice.TrainingQueue], environment, background: true);
            await supervisor.SuperviseAsync(run, child, ending.Token);
        }
    }

    public async Task TakeSamplingAsync(CancellationToken stop)
    {
        using var ending = Ending(stop);
        await arithmetic.ChildEnvironmentAsync(ending.Token);
        if (await leases.ClaimAsync(RunKind.Sampling, identity.Id, ending.Token) is { } run)
        {
            log.LogInformation("Run {Run}, attempt {Attempt}, starts", run.Id, run.Attempt);
            await samplingChild.DrawAsync(run, ending.Token);
        }
    }

    public async Task ImportDatasetAsync(long datasetId, CancellationToken stop)
    {
        if (await TendAsync("import", datasetId, stop) is { } failure)
        {
            var reason = $"The import stopped. {failure.Reason} Import the data set again.";
            await datasets.FailAsync(datasetId, reason, CancellationToken.None);
        }
    }

    public async Task LabelDatasetAsync(long datasetId, CancellationToken stop)
    {
        if (await TendAsync("label", datasetId, stop) is { } failure)
        {
            await new LabelRecorder(source, datasetId).FailAsync($"{failure.Reason} Try again.", CancellationToken.None);
        }
    }

    public async Task HashDatasetAsync(long datasetId, CancellationToken stop)
    {
        if (await TendAsync("hash", datasetId, stop) is { } failure)
        {
            log.LogError("Data set {Dataset} has no perceptual hashes: {Reason}", datasetId, failure.Reason);
            await new HashRecorder(source, datasetId).FailAsync(CancellationToken.None);
        }
    }

    /// <summary>Has a child look after a data set, because native code decodes its images.</summary>
    /// <returns>Why the child stopped before its end; null if it did not.</returns>
    private async Task<ChildFailure?> TendAsync(string verb, long datasetId, CancellationToken stop)
    {
        using var ending = Ending(stop);
        string[] arguments = [verb, "--watch-stdin", "--dataset", datasetId.ToString(CultureInfo.InvariantCulture)];
        await using var child = ChildProcess.Start(arguments, settings.Environment, background: true);
        await using (ending.Token.Register(child.CloseInput))
        {
            if (await Task.WhenAny(child.Exited, Task.Delay(Timeout.Infinite, ending.Token)) != child.Exited)
            {
                await Task.WhenAny(child.Exited, Task.Delay(ServeVerb.LeaveGrace, CancellationToken.None));
                // Thrown so that Hangfire gives the ticket to another worker.
                ending.Token.ThrowIfCancellationRequested();
            }
        }

        var end = await child.Exited;
        return end.Code != 0 ? ChildFailure.Of(end) : null;
    }

    private CancellationTokenSource Ending(CancellationToken stop) =>
        CancellationTokenSource.CreateLinkedTokenSource(stop, lifetime.ApplicationStopping);
}
