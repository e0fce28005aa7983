namespace Dashboard.Worker.Verbs;

/// <summary>Each .NET thread that calls libtorch gets its own team of OpenMP threads, so all of a verb's tensor work stays on one.</summary>
internal static class TrainingThread
{
    public static Task Run(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (OperationCanceledException canceled)
            {
                done.SetCanceled(canceled.CancellationToken);
            }
#pragma warning disable CA1031 // The task carries every failure to who awaits it.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                done.SetException(failure);
            }
        })
        {
            Name = "torch",
        };
        thread.Start();
        return done.Task;
    }
}
