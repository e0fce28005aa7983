using System.Diagnostics;
using Dashboard.Worker.Serving;

namespace Dashboard.Worker.Tests;

public sealed class ChildFailureTests
{
    private const string Memory = "Choose a smaller batch, image size or network, or a machine with more memory.";

    [Theory]
    [InlineData(
        134,
        "terminate called after throwing an instance of 'c10::Error'|  what():  mat1 and mat2 don't fit|"
            + "Exception raised from meta",
        "The process was ended by SIGABRT (the program or a native library gave up): mat1 and mat2 don't fit. If the reason",
        true)]
    [InlineData(139, "", "The process was ended by SIGSEGV (invalid memory access in native code). Run \"doctor\"", true)]
    [InlineData(
        139, "warn: Postgres does not answer", "The process was ended by SIGSEGV (invalid memory access in native code).", true)]
    [InlineData(136, "", "The process was ended by SIGFPE (division by zero in native code). Some operation does not work", true)]
    [InlineData(
        132, "", "The process was ended by SIGILL (an instruction that this processor does not have). Some operation", true)]
    [InlineData(135, "", "The process was ended by SIGBUS (memory or a mapped file that could not be read). Check that", true)]
    [InlineData(134, "terminate called after throwing an instance of 'std::bad_alloc'|  what():  std::bad_alloc",
        "Out of memory (std::bad_alloc). " + Memory, true)]
    [InlineData(137, "", "The process was killed (SIGKILL), possibly because the machine ran out of memory.", false)]
    [InlineData(143, "", "The process was ended by signal 15.", false)]
    [InlineData(1, "Unhandled exception. System.IO.FileNotFoundException: no libtorch|   at Dashboard.Worker",
        "The process ended with code 1: Unhandled exception. System.IO.FileNotFoundException: no libtorch.", false)]
    public void A_childs_end_is_told_in_words(int code, string lines, string message, bool final)
    {
        var failure = ChildFailure.Of(new ChildEnd(code, lines.Split('|', StringSplitOptions.RemoveEmptyEntries), false));

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Equal(final, failure.Final);
    }

    [Fact]
    public void The_kernels_memory_kill_explains_only_an_end_by_SIGKILL()
    {
        Assert.Equal(
            new ChildFailure("Out of memory.", Final: true, Memory),
            ChildFailure.Of(new ChildEnd(137, [], KilledForMemory: true)));
        Assert.Contains(
            "SIGFPE", ChildFailure.Of(new ChildEnd(136, [], KilledForMemory: true)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FPE")]
    [InlineData("ILL")]
    [InlineData("SEGV")]
    [InlineData("BUS")]
    [InlineData("ABRT")]
    public async Task A_process_that_ended_by_a_signal_of_native_code_is_told_with_its_name(string signal)
    {
        await using var child = ChildProcess.Start(new ProcessStartInfo("/bin/sh", ["-c", $"kill -{signal} $$"]));

        var failure = ChildFailure.Of(await child.Exited);

        Assert.StartsWith($"The process was ended by SIG{signal} (", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.Remedy);
        Assert.True(failure.Final);
    }
}
