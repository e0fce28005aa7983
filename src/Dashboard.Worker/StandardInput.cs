namespace Dashboard.Worker;

/// <summary>
/// Standard input as a lifeline: who started this process holds the other end, and it closes in whatever way that one ends.
/// Read on a thread of its own, because a read of the console can't be canceled.
/// </summary>
internal static class StandardInput
{
    public static void Watch(Action<string> line, Action ended) => new Thread(() =>
    {
        while (Console.In.ReadLine() is { } read)
        {
            line(read.Trim());
        }

        ended();
    })
    { IsBackground = true, Name = "stdin" }.Start();

    /// <summary>Canceled when the input ends.</summary>
    public static CancellationToken Ended()
    {
        // Never disposed: the input may end at any moment until the process does.
        var ended = new CancellationTokenSource();
        Watch(_ => { }, ended.Cancel);
        return ended.Token;
    }
}
