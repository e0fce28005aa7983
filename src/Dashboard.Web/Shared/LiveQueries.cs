namespace Dashboard.Web.Shared;

/// <summary>Makes the live queries of components.</summary>
public sealed class LiveQueries(TimeProvider clock, ILogger<LiveQueries> log)
{
    /// <inheritdoc cref="LiveQuery{T}(Func{Task{T}}, Func{Func{Task}, Task}, Action, TimeSpan, TimeProvider, ILogger)"/>
    public LiveQuery<T> Create<T>(Func<Task<T>> read, Func<Func<Task>, Task> invoke, Action changed, TimeSpan pace) =>
        new(read, invoke, changed, pace, clock, log);
}
