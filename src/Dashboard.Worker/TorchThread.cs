using System.Collections.Concurrent;

namespace Dashboard.Worker;

/// <summary>
/// The one thread that calls libtorch: each .NET thread that does gets an OpenMP team of its own, so tensor work must not
/// spread over the thread pool.
/// </summary>
internal sealed class TorchThread : IDisposable
{
    private readonly BlockingCollection<Action> work = [];

    public TorchThread() => new Thread(() =>
    {
        foreach (var item in work.GetConsumingEnumerable())
        {
            item();
        }
    })
    { IsBackground = true, Name = "torch" }.Start();

    /// <summary>Does some work on a thread of its own; for a process that does no other tensor work.</summary>
    public static async Task RunOnceAsync(Action action)
    {
        using var thread = new TorchThread();
        await thread.RunAsync(action);
    }

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
