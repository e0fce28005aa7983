using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Devices;
using Dashboard.Worker.Arithmetic;
using Dashboard.Worker.Serving;

namespace Dashboard.Worker.Verbs;

/// <summary>Tells a verb's failure in one line; only an unexpected one shows its stack.</summary>
internal static class Terminal
{
    private const int Interrupted = 130;

    /// <summary>Does a verb's tensor work on a thread of its own, in arithmetic that is right on this machine.</summary>
    public static async Task ComputeAsync(Action work, CancellationToken stop)
    {
        if (ArithmeticReport.FromEnvironment() is null)
        {
            var report = await ArithmeticProof.GetAsync(new WorkerIdentity().HasGpu, Console.Error.WriteLine, stop);
            NativeEnvironment.Set(report.ToEnvironment());
        }

        await TorchThread.RunOnceAsync(() =>
        {
            NativeMemory.KeepFreedPages();
            work();
        });
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return 0;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted.");
            return Interrupted;
        }
        catch (Exception refused) when (refused is RunFailedException or ImportRefusedException or ArgumentException
            or IOException or InvalidDataException or InvalidOperationException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
        catch (TypeInitializationException missing) when (LibTorch.ExplainMissing(missing) is { } words)
        {
            await Console.Error.WriteLineAsync(words);
            return 1;
        }
    }
}
