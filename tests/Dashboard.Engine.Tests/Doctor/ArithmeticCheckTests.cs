using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Doctor;
using Dashboard.Engine.Networks;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Doctor;

public sealed class ArithmeticCheckTests
{
    public ArithmeticCheckTests() => NativeMemory.KeepFreedPages();

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.Bf16)]
    public void Every_native_operation_of_the_networks_is_right_on_this_machine(Precision precision)
    {
        var wrong = new List<string>();
        var right = 0;
        ArithmeticCheck.Run(precision, cuda: false, libraryPointwise: false, result =>
        {
            right += result.IsRight ? 1 : 0;
            if (!result.Begins && !result.IsRight)
            {
                wrong.Add(result.ToString());
            }
        });

        Assert.Empty(wrong);
        Assert.True(right > 50, $"only {right} operations were checked");
    }

    // A bf16 gradient with an odd count of outputs took in memory that nobody had written.
    [Theory]
    [InlineData(3, 3)]
    [InlineData(16, 3)]
    [InlineData(64, 3)]
    [InlineData(24, 5)]
    [InlineData(32, 7)]
    [InlineData(5, 8)]
    public void A_bf16_convolution_has_right_gradients_whatever_the_channels(long inputs, long outputs)
    {
        var device = ComputeDevice.Choose(Diffusion.Specs.Device.Cpu, Precision.Bf16);
        foreach (var kernel in new long[] { 1, 3 })
        {
            Assert.InRange(
                ArithmeticCheck.ErrorOf(NativeOperations.OfNetwork(new(inputs, outputs, kernel, 32, 1)), device), 0, 0.03);
        }
    }

    [Fact]
    public void A_wrong_factor_is_found()
    {
        var wrong =
            new NativeOperation("wrong", [[2, 8, 16, 16]], inputs => inputs[0] * 1.01) { Reference = inputs => inputs[0] * 1.0 };
        Assert.InRange(
            ArithmeticCheck.ErrorOf(wrong, ComputeDevice.Choose(Diffusion.Specs.Device.Cpu, Precision.Fp32)), 0.009, 0.011);
    }

    [Fact]
    public void Numbers_that_are_never_written_are_found()
    {
        // Its last channel is as the memory was.
        var unwritten = new NativeOperation(
            "unwritten", [[2, 8, 64, 64]], inputs => cat([inputs[0].narrow(1, 0, 7), Unwritten(inputs[0])], 1))
        {
            Reference = inputs => inputs[0] * 1.0,
        };
        var error = ArithmeticCheck.ErrorOf(unwritten, ComputeDevice.Choose(Diffusion.Specs.Device.Cpu, Precision.Fp32));
        Assert.True(!(error < 0.5), $"error {error}");

        static Tensor Unwritten(Tensor like) => empty_like(like).narrow(1, 7, 1);
    }

    [Fact]
    public void A_report_refuses_a_precision_with_its_reason_and_survives_its_way_to_a_child()
    {
        var report = new ArithmeticReport
        {
            Instructions = "AVX2",
            Verdicts = [new(Precision.Fp32, null), new(Precision.Bf16, "3×3 convolution 64 → 3: error 4E33")],
            Findings = ["a finding"],
        };

        var read = ArithmeticReport.Parse(report.ToJson())!;

        Assert.Null(read.Problem(Precision.Fp32));
        Assert.Contains("64 → 3", read.Problem(Precision.Bf16), StringComparison.Ordinal);
        Assert.Equal(
            "fp32 checked on the slower AVX2 instructions, because a finding; bf16 refused: 3×3 convolution 64 → 3: error 4E33",
            read.Summary);
        Assert.Equal("AVX2", report.ToEnvironment()[ArithmeticReport.InstructionVariable]);
    }
}
