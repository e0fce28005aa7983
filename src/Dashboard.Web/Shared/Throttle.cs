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
        var held = true;
        try
        {
            while (held = TakeTurn())
            {
                await action();
                await Task.Delay(interval, clock, stop.Token);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or ObjectDisposedException)
        {
            // Its page went between two renders.
        }
        finally
        {
            if (held)
            {
                GiveTurnBack();
            }
        }
    }

    private bool TakeTurn()
    {
        lock (gate)
        {
            var turn = asked && !stop.IsCancellationRequested;
            (asked, running) = (false, turn);
            return turn;
        }
    }

    /// <summary>Only a turn that ended in an exception is still held here.</summary>
    private void GiveTurnBack()
    {
        lock (gate)
        {
            running = false;
        }
    }
}
