using System.Diagnostics;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Dashboard.Worker.Tests;

/// <summary>One database and artifact folder with drawn flowers in it, imported by a real worker.</summary>
public sealed class Stage(PostgresFixture postgres) : IAsyncLifetime
{
    public static readonly Person Ann = new("ann", "Ann", Roles.Member);

    private ServiceProvider? services;
    private string connectionString = "";
    private string artifacts = "";

    public long DatasetId { get; private set; }

    public RunQueue Queue => Get<RunQueue>();

    public RunQueries Runs => Get<RunQueries>();

    public async ValueTask InitializeAsync()
    {
        connectionString = await postgres.CreateDatabaseAsync();
        artifacts = postgres.CreateFolder();
        services = new ServiceCollection()
            .AddLogging().AddDashboardStorage(connectionString, artifacts).AddDatasets().BuildServiceProvider();
        await services.AddPeopleAsync(Ann);
        await Get<ChangeFeed>().StartAsync(CancellationToken.None);
        DatasetId = (await Get<DatasetStore>().CreateAsync("drawn", new DrawnSource(60, 32, 1), Ann)).Id;
        await using var worker = StartWorker();
        await UntilAsync(
            async () => (await Get<DatasetQueries>().GetAsync(DatasetId))?.State == DatasetState.Ready, TimeSpan.FromSeconds(120),
            () => worker.Output);
    }

    public async ValueTask DisposeAsync()
    {
        await Get<ChangeFeed>().StopAsync(CancellationToken.None);
        await services!.DisposeAsync();
    }

    public T Get<T>()
        where T : notnull => services!.GetRequiredService<T>();

    public WorkerProcess StartWorker() => WorkerProcess.Start(connectionString, artifacts);

    /// <summary>A tiny network on the drawn flowers: six steps an epoch.</summary>
    public TrainingSpec Spec(int epochs) => SmallSpec.Training with
    {
        Dataset = DatasetId.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Epochs = epochs,
        Device = Device.Cpu,
        Samples = SmallSpec.Training.Samples with { Count = 4, Framed = 1, Frames = 2, Evaluations = 2 },
    };

    public Task<long> TrainAsync(int epochs, string name = "training") => TrainAsync(Spec(epochs), name);

    public Task<long> TrainAsync(TrainingSpec spec, string name = "training") => Queue.EnqueueAsync(
        new RunSubmission(RunKind.Training, name, JsonSerializer.Serialize(spec, SpecJson.Options), DatasetId), Ann);

    public Task<long> SampleAsync(SamplingSpec spec) => Queue.EnqueueAsync(
        new RunSubmission(RunKind.Sampling, "sampling", JsonSerializer.Serialize(spec, SpecJson.Options)), Ann);

    public async Task<RunItem> RunAsync(long id) => (await Runs.GetAsync(id))!;

    public async Task<RunItem> WaitAsync(long id, Func<RunItem, bool> condition, WorkerProcess worker, int seconds = 120)
    {
        await UntilAsync(
            async () => condition(await RunAsync(id)), TimeSpan.FromSeconds(seconds),
            () => $"{JsonSerializer.Serialize(RunAsync(id).Result)}\n{worker.Output}");
        return await RunAsync(id);
    }

    public Task<RunItem> WaitAsync(long id, RunState state, WorkerProcess worker, int seconds = 120) =>
        WaitAsync(id, r => r.State == state, worker, seconds);

    public async Task ClearAsync()
    {
        foreach (var run in (await Runs.ListAsync(
            new RunFilter([RunState.Queued, RunState.Running, RunState.Pausing, RunState.Paused]))).Items)
        {
            await UntilAsync(
                async () => (await RunAsync(run.Id)).EndedAt is not null
                    || (await Queue.CancelAsync(run.Id, Ann)).Reason is not null,
                TimeSpan.FromSeconds(30), () => run.Name);
        }
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string> told)
    {
        for (var time = Stopwatch.StartNew(); !await condition();)
        {
            if (time.Elapsed > limit)
            {
                Assert.Fail($"This did not happen within {limit}:\n{told()}");
            }

            await Task.Delay(20);
        }
    }
}
