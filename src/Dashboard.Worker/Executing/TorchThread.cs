namespace Dashboard.Worker.Executing;

/// <summary>
/// The one thread that calls libtorch: each .NET thread that does gets an OpenMP team of its own, so a warm child must not
/// spread its runs over the thread pool.
/// </summary>
internal sealed class TorchThread : IDisposable
{
    private readonly System.Collections.Concurrent.BlockingCollection<Action> work = [];

    public TorchThread() => new Thread(() =>
    {
        foreach (var item in work.GetConsumingEnumerable())
        {
            item();
        }
    })
    { IsBackground = true, Name = "torch" }.Start();

    /// <summary>Does some work on the thread; the task carries its failure.</summary>
    public Task RunAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        });
        return done.Task;
    }

    public void Dispose() => work.CompleteAdding();
}
