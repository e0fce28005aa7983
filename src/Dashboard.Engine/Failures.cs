using System.Runtime.InteropServices;
using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Devices;
using Dashboard.Formats;

namespace Dashboard.Engine;

/// <summary>Turns what the libraries throw into what a person can act on.</summary>
internal static class Failures
{
    /// <param name="outOfMemoryRemedy">What to lower, for this kind of run.</param>
    /// <param name="saved">Where the run's last checkpoint is; null where it has none.</param>
    /// <returns>Null for failures that are passed on unchanged.</returns>
    public static RunFailedException? Explain(
        Exception failure, string outOfMemoryRemedy, RunClock? saved = null) => failure switch
    {
        RunFailedException or OperationCanceledException => null,
        OutOfMemoryException => OutOfMemory(failure, outOfMemoryRemedy, saved),
        ExternalException native when IsOutOfMemory(native.Message) => OutOfMemory(failure, outOfMemoryRemedy, saved),
        ExternalException native => new RunFailedException(
            $"The tensor library failed: {FirstLine(native.Message)}{GoesOnFrom(saved)}", FailureKind.Internal, native),
        IOException full when FullDisk.Caused(full) => new RunFailedException(
            $"The disk with the artifacts is full. Free some space, then try the run again.{GoesOnFrom(saved)}",
            FailureKind.DiskFull,
            full),
        TypeInitializationException missing when LibTorch.ExplainMissing(missing) is { } words =>
            new RunFailedException(words, FailureKind.Internal, missing),
        _ => null,
    };

    private static RunFailedException OutOfMemory(Exception failure, string remedy, RunClock? saved) =>
        new($"There is too little memory for this run. {remedy}{GoesOnFrom(saved)}", FailureKind.OutOfMemory, failure);

    private static string GoesOnFrom(RunClock? saved) => saved is { } last ? $" {RunFailedException.GoesOnFrom(last)}" : "";

    private static bool IsOutOfMemory(string message) =>
        message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);

    private static string FirstLine(string message) => message.Split('\n', 2)[0];
}
