using Dashboard.Worker.Serving;

namespace Dashboard.Worker.Tests;

public sealed class VerdictTests
{
    [Theory]
    [InlineData(134, false, "terminate called after throwing an instance of 'c10::Error'|  what():  mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)|Exception raised from meta",
        "the native library aborted: mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)", true)]
    [InlineData(139, false, "", "the native library aborted: segmentation fault (signal 11)", true)]
    [InlineData(134, false, "terminate called after throwing an instance of 'std::bad_alloc'|  what():  std::bad_alloc",
        "out of memory (std::bad_alloc): choose a smaller batch, image size or network, or a machine with more memory", true)]
    [InlineData(137, true, "", "out of memory: choose a smaller batch, image size or network, or a machine with more memory", true)]
    [InlineData(137, false, "", "its process was killed (signal 9), possibly because the machine ran out of memory", false)]
    [InlineData(1, false, "Unhandled exception. System.IO.FileNotFoundException: no libtorch|   at Dashboard.Worker", "its process ended with code 1: Unhandled exception. System.IO.FileNotFoundException: no libtorch", false)]
    public void A_childs_end_is_told_in_words(int code, bool killedForMemory, string lines, string reason, bool final)
    {
        var verdict = Verdict.Of(new ChildEnd(code, lines.Split('|', StringSplitOptions.RemoveEmptyEntries), killedForMemory));
        Assert.Equal((reason, final), (verdict.Reason, verdict.Final));
    }
}
