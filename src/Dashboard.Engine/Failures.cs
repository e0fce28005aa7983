using System.Runtime.InteropServices;
using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Devices;
using Dashboard.Formats;

namespace Dashboard.Engine;

/// <summary>Turns what the libraries throw into what a person can act on.</summary>
internal static class Failures
{
    /// <param name="outOfMemoryRemedy">What to lower, for this kind of run.</param>
    /// <returns>Null for failures that are passed on unchanged.</returns>
    public static RunFailedException? Explain(Exception failure, string outOfMemoryRemedy) => failure switch
    {
        RunFailedException or OperationCanceledException => null,
        OutOfMemoryException => OutOfMemory(failure, outOfMemoryRemedy),
        ExternalException native when IsOutOfMemory(native.Message) => OutOfMemory(failure, outOfMemoryRemedy),
        ExternalException native => new RunFailedException(
            $"The tensor library failed: {FirstLine(native.Message)}", FailureKind.Internal, native),
        IOException full when FullDisk.Caused(full) => new RunFailedException(
            "The disk with the artifacts is full, so no checkpoint can be written; the one before it is unharmed. "
                + "Free some space, then retry: the run goes on from there.",
            FailureKind.DiskFull,
            full),
        TypeInitializationException missing when LibTorch.ExplainMissing(missing) is { } words =>
            new RunFailedException(words, FailureKind.Internal, missing),
        _ => null,
    };

    private static RunFailedException OutOfMemory(Exception failure, string remedy) =>
        new($"There is too little memory for this run. {remedy}", FailureKind.OutOfMemory, failure);

    private static bool IsOutOfMemory(string message) =>
        message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
        || message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase);

    private static string FirstLine(string message) => message.Split('\n', 2)[0];
}
