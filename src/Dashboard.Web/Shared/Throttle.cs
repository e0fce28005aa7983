namespace Dashboard.Web.Shared;

/// <summary>
/// Runs an action soon after it is asked for, but no more often than once per interval; what is asked for meanwhile comes
/// together in one run at the interval's end, so the last state is always shown. Thread-safe.
/// </summary>
public sealed class Throttle(TimeSpan interval, Func<Task> action, TimeProvider clock) : IDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stop = new();
    private bool asked;
    private bool running;

    /// <summary>Asks for a run. Returns at once.</summary>
    public void Ask()
    {
        lock (gate)
        {
            if (stop.IsCancellationRequested)
            {
                return;
            }

            asked = true;
            if (running)
            {
                return;
            }

            running = true;
        }

        _ = Task.Run(RunAsync);
    }

    public void Dispose()
    {
        lock (gate)
        {
            stop.Cancel();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                lock (gate)
                {
                    if (!asked || stop.IsCancellationRequested)
                    {
                        running = false;
                        return;
                    }

                    asked = false;
                }

                await action();
                await Task.Delay(interval, clock, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Its page is gone.
        }
        catch (ObjectDisposedException)
        {
            // Its page went between two renders.
        }
    }
}
