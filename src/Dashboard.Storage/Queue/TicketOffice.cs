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
}

/// <summary>Hands out tickets: Hangfire jobs, written in the caller's own transaction, so that row and ticket come together or not at all.</summary>
public static class TicketOffice
{
    public const string TrainingQueue = "training";
    public const string SamplingQueue = "sampling";
    public const string ChoresQueue = "chores";

    /// <summary>Measured: a dead worker's job starts elsewhere after about 27 s, an idle worker hears of a new one in about 20 ms.</summary>
    public static PostgreSqlStorageOptions StorageOptions => new()
    {
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = TimeSpan.FromSeconds(30),
        EnableLongPolling = true,
        QueuePollInterval = TimeSpan.FromSeconds(1),
        EnableTransactionScopeEnlistment = true,
        // DashboardMigrations makes the schema, under a lock.
        PrepareSchemaIfNecessary = false,
    };

    public static string QueueOf(RunKind kind) => kind == RunKind.Training ? TrainingQueue : SamplingQueue;

    /// <summary>The kinds of run that wait in the same queue as one of <paramref name="kind"/>, as Postgres has them.</summary>
    public static string[] KindsBeside(RunKind kind) =>
        [.. Enum.GetValues<RunKind>().Where(other => QueueOf(other) == QueueOf(kind)).Select(other => other.ToString())];

    /// <summary>A ticket for the next run of a kind.</summary>
    /// <param name="connection">Open and enlisted in the ambient transaction.</param>
    public static void Run(NpgsqlConnection connection, RunKind kind)
    {
        if (kind == RunKind.Training)
        {
            Client(connection).Enqueue<ITickets>(TrainingQueue, tickets => tickets.TakeTrainingAsync(CancellationToken.None));
        }
        else
        {
            Client(connection).Enqueue<ITickets>(SamplingQueue, tickets => tickets.TakeSamplingAsync(CancellationToken.None));
        }
    }

    /// <summary>A ticket for importing a data set.</summary>
    /// <param name="connection">Open and enlisted in the ambient transaction.</param>
    public static void Import(NpgsqlConnection connection, long datasetId) =>
        Client(connection).Enqueue<ITickets>(ChoresQueue, tickets => tickets.ImportDatasetAsync(datasetId, CancellationToken.None));

    private static BackgroundJobClient Client(NpgsqlConnection connection)
    {
        var options = StorageOptions;
        return new BackgroundJobClient(new PostgreSqlStorage(new ExistingNpgsqlConnectionFactory(connection, options), options));
    }
}
