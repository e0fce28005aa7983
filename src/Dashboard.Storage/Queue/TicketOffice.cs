using Dashboard.Diffusion.Runs;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace Dashboard.Storage.Queue;

/// <summary>What a worker does with a ticket. Hangfire keeps the names of these methods, so they are not to be renamed.</summary>
public interface ITickets
{
    /// <summary>Takes and carries out the training run that is next, if any waits.</summary>
    [AutomaticRetry(Attempts = 0)]
    Task TakeTrainingAsync(CancellationToken stop);

    /// <summary>Takes and carries out the sampling run that is next, if any waits.</summary>
    [AutomaticRetry(Attempts = 0)]
    Task TakeSamplingAsync(CancellationToken stop);

    [AutomaticRetry(Attempts = 0)]
    Task ImportDatasetAsync(long datasetId, CancellationToken stop);

    /// <summary>Gives the images of a data set other labels.</summary>
    [AutomaticRetry(Attempts = 0)]
    Task LabelDatasetAsync(long datasetId, CancellationToken stop);

    /// <summary>Gives the images of a data set perceptual hashes.</summary>
    [AutomaticRetry(Attempts = 0)]
    Task HashDatasetAsync(long datasetId, CancellationToken stop);
}

/// <summary>
/// Hands out tickets: Hangfire jobs, written in the caller's own transaction, so that row and ticket come together or not at all.
/// </summary>
public static class TicketOffice
{
    public const string TrainingQueue = "training";
    public const string SamplingQueue = "sampling";
    public const string ChoresQueue = "chores";

    /// <summary>Those in which runs wait.</summary>
    public static IReadOnlyList<string> RunQueues { get; } = [TrainingQueue, SamplingQueue];

    /// <summary>
    /// Measured: a dead worker's job starts elsewhere after about 27 s, an idle worker hears of a new one in about 20 ms.
    /// </summary>
    public static PostgreSqlStorageOptions StorageOptions => new()
    {
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = TimeSpan.FromSeconds(30),
        EnableLongPolling = true,
        QueuePollInterval = TimeSpan.FromSeconds(1),
        EnableTransactionScopeEnlistment = true,

        // A worker that is killed while it changes a job's state leaves the job's lock behind. Whoever gets the job next waits
        // for it with its only slot, ten minutes by default; a state changes within milliseconds.
        DistributedLockTimeout = TimeSpan.FromSeconds(15),
        // DashboardMigrations makes the schema, under a lock.
        PrepareSchemaIfNecessary = false,
    };

    /// <summary>The queue in which a run waits, written to its row once; see <see cref="Runs.Run.Queue"/>.</summary>
    public static string QueueOf(RunKind kind) => kind == RunKind.Training ? TrainingQueue : SamplingQueue;

    /// <summary>Enqueues a ticket for the next run of a queue.</summary>
    /// <param name="connection">Open and enlisted in the ambient transaction.</param>
    public static void EnqueueRun(NpgsqlConnection connection, string queue)
    {
        if (queue == TrainingQueue)
        {
            Client(connection).Enqueue<ITickets>(TrainingQueue, tickets => tickets.TakeTrainingAsync(CancellationToken.None));
        }
        else
        {
            Client(connection).Enqueue<ITickets>(SamplingQueue, tickets => tickets.TakeSamplingAsync(CancellationToken.None));
        }
    }

    /// <summary>Enqueues a ticket for importing a data set.</summary>
    /// <param name="connection">Open and enlisted in the ambient transaction.</param>
    public static void EnqueueImport(NpgsqlConnection connection, long datasetId) =>
        Client(connection).Enqueue<ITickets>(
            ChoresQueue, tickets => tickets.ImportDatasetAsync(datasetId, CancellationToken.None));

    /// <summary>Enqueues a ticket for changing a data set's labels.</summary>
    /// <inheritdoc cref="EnqueueImport"/>
    public static void EnqueueLabelling(NpgsqlConnection connection, long datasetId) =>
        Client(connection).Enqueue<ITickets>(
            ChoresQueue, tickets => tickets.LabelDatasetAsync(datasetId, CancellationToken.None));

    /// <summary>Enqueues a ticket for the perceptual hashes of a data set.</summary>
    /// <inheritdoc cref="EnqueueImport"/>
    public static void EnqueueHashing(NpgsqlConnection connection, long datasetId) =>
        Client(connection).Enqueue<ITickets>(
            ChoresQueue, tickets => tickets.HashDatasetAsync(datasetId, CancellationToken.None));

    private static BackgroundJobClient Client(NpgsqlConnection connection)
    {
        var options = StorageOptions;
        return new BackgroundJobClient(new PostgreSqlStorage(new ExistingNpgsqlConnectionFactory(connection, options), options));
    }
}
