using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Devices;
using Dashboard.Worker.Arithmetic;
using Dashboard.Worker.Serving;

namespace Dashboard.Worker.Verbs;

/// <summary>Tells a verb's failure in a line or two on standard error, never by a stack trace.</summary>
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
        catch (Exception failure)
        {
            await Console.Error.WriteLineAsync(Explain(failure) ?? Unexpected(failure));
            return 1;
        }
    }

    /// <returns>Null for a fault of the program.</returns>
    private static string? Explain(Exception failure) => failure switch
    {
        RunFailedException or ImportRefusedException or IOException or InvalidDataException or InvalidOperationException
            or UnauthorizedAccessException => failure.Message,
        // The name of a parameter means nothing to a person.
        ArgumentException { ParamName: null } => failure.Message,
        TypeInitializationException missing => LibTorch.ExplainMissing(missing),
        System.Runtime.InteropServices.ExternalException native => $"The tensor library failed: {FirstLine(native)}",
        _ => null,
    };

    /// <summary>The stack trace goes to a file, for whoever mends the program.</summary>
    private static string Unexpected(Exception failure)
    {
        var words = $"The program failed: {FirstLine(failure)}";
        try
        {
            var path = Path.Combine(Path.GetTempPath(), $"dashboard-failure-{Guid.NewGuid():n}.txt");
            File.WriteAllText(path, failure.ToString());
            return $"{words}{Environment.NewLine}What is needed to mend it is in {path}.";
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return words;
        }
    }

    private static string FirstLine(Exception failure) => failure.Message.Split('\n', 2)[0].Trim();
}
