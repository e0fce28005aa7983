using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Web.Shared;

/// <summary>
/// A value that a component reads from the database and keeps up to date: it is read again when a feed reports a change or a
/// period has passed, at most once per pace. While Postgres is away the last value stays.
/// </summary>
public sealed class LiveQuery<T> : IDisposable
{
    private readonly Func<Task<T>> read;
    private readonly Func<Func<Task>, Task> invoke;
    private readonly Action changed;
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private readonly Throttle throttle;
    private readonly List<IDisposable> triggers = [];

    // Reads can overlap: one that began earlier must not replace the result of a later one.
    private int begun;
    private int shown;
    private bool disposed;

    /// <param name="read">Runs in the component's context, so it may use the parameters.</param>
    /// <param name="invoke">The component's InvokeAsync.</param>
    /// <param name="changed">Called in the component's context after a live read, usually its StateHasChanged.</param>
    public LiveQuery(
        Func<Task<T>> read, Func<Func<Task>, Task> invoke, Action changed, TimeSpan pace, TimeProvider clock, ILogger log)
    {
        (this.read, this.invoke, this.changed, this.clock, this.log) = (read, invoke, changed, clock, log);
        throttle = new Throttle(pace, RefreshAsync, clock);
    }

    /// <summary>Null (or 0) until it was read.</summary>
    public T? Value { get; private set; }

    /// <summary>Reads again when a feed reports a change.</summary>
    /// <param name="subscribe">A feed's Subscribe.</param>
    /// <param name="id">The row to follow; null for all.</param>
    public LiveQuery<T> On(Func<long?, Action<Change>, IDisposable> subscribe, long? id = null)
    {
        triggers.Add(subscribe(id, _ => throttle.Ask()));
        return this;
    }

    /// <summary>Reads again each time a period has passed, for what no feed reports.</summary>
    public LiveQuery<T> Every(TimeSpan period)
    {
        triggers.Add(clock.CreateTimer(_ => throttle.Ask(), null, period, period));
        return this;
    }

    /// <summary>Reads in the background, so that the first render does not wait.</summary>
    public LiveQuery<T> Soon()
    {
        throttle.Ask();
        return this;
    }

    /// <summary>Reads now. Unlike a live read it lets failures through: for the first read and for new parameters.</summary>
    public async Task ReadAsync()
    {
        var turn = ++begun;
        var value = await read();
        if (turn > shown)
        {
            (shown, Value) = (turn, value);
        }
    }

    /// <summary>Replaces the value; reads that are under way are ignored.</summary>
    public void Set(T value) => (shown, Value) = (++begun, value);

    public void Dispose()
    {
        disposed = true;
        throttle.Dispose();
        triggers.ForEach(trigger => trigger.Dispose());
    }

    private async Task RefreshAsync()
    {
        try
        {
            await invoke(async () =>
            {
                if (!disposed)
                {
                    await ReadAsync();
                    changed();
                }
            });
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            // The next change or period reads again; after an outage every feed reports a change.
            log.LogWarning("{Type} can't be read at the moment ({Reason})", typeof(T).Name, failure.Message);
        }
    }

    // EF wraps a failure that may pass in an InvalidOperationException.
    private static bool IsOutage(Exception failure) =>
        failure is NpgsqlException or TimeoutException or InvalidOperationException { InnerException: NpgsqlException };
}
