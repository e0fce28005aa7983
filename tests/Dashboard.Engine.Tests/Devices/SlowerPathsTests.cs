using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;

namespace Dashboard.Engine.Tests.Devices;

/// <summary>A run that falls back to a slower way of computing says so, with the reason.</summary>
public sealed class SlowerPathsTests
{
    [Fact]
    public void A_machine_that_does_all_it_can_says_nothing()
    {
        Assert.Null(new SlowerPaths(Cuda: false, Threads: 2, ProcessorHasBf16: true).Advice(Precision.Auto));
        Assert.Null(new SlowerPaths(Cuda: true, Threads: 1, ProcessorHasBf16: false).Advice(Precision.Auto));
        // What a person chose is no fallback.
        Assert.Null(new SlowerPaths(Cuda: false, Threads: 2, ProcessorHasBf16: false).Advice(Precision.Fp32));
    }

    [Fact]
    public void Each_reason_is_named()
    {
        Assert.Contains("no fast bf16", Words(new(false, 2, false)), StringComparison.Ordinal);
        Assert.Contains("on one processor core", Words(new(false, 1, true)), StringComparison.Ordinal);
        Assert.Contains(
            "no more than AVX2 instructions, as ONEDNN_MAX_CPU_ISA says",
            Words(new(false, 2, true) { Instructions = "AVX2" }), StringComparison.Ordinal);
        var checkedWrong = new ArithmeticReport
        {
            Instructions = "AVX512_CORE", Findings = ["convolution in bf16 is off by 3"],
            Verdicts = [new(Precision.Fp32, null), new(Precision.Bf16, "sum is off by 2")],
        };
        foreach (var cuda in new[] { true, false })
        {
            Assert.Contains(
                "bf16 is computed wrongly on this worker (sum is off by 2)",
                Words(new(cuda, 2, true) { Report = checkedWrong }), StringComparison.Ordinal);
        }

        Assert.Contains(
            "no more than AVX512_CORE instructions, because with more this worker computes wrongly (convolution in bf16 is off",
            Words(new(false, 2, true) { Report = checkedWrong, Instructions = "AVX512_CORE" }), StringComparison.Ordinal);
    }

    private static string Words(SlowerPaths paths) => paths.Advice(Precision.Auto)?.Text ?? "";
}
