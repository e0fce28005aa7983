using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Engine.Devices;

/// <summary>Says on a run's page why it computes more slowly than a machine of its kind can.</summary>
/// <param name="Cuda">Whether it computes on a GPU.</param>
/// <param name="Threads">Of the processor.</param>
/// <param name="ProcessorHasBf16">Whether the processor multiplies bf16 numbers at more than the speed of fp32.</param>
internal sealed record SlowerPaths(bool Cuda, int Threads, bool ProcessorHasBf16)
{
    private const string AdviceKey = "slower_path";

    /// <summary>What the process was told about the machine's arithmetic; null where nothing was checked.</summary>
    public ArithmeticReport? Report { get; init; }

    /// <summary>The value of <see cref="ArithmeticReport.InstructionVariable"/>; null where it is not set.</summary>
    public string? Instructions { get; init; }

    public static SlowerPaths Of(ComputeDevice device) => new(
        device.IsCuda, TorchSharp.torch.get_num_threads(), ComputeDevice.ProcessorComputesInBf16())
    {
        Report = ArithmeticReport.FromEnvironment(),
        Instructions = Environment.GetEnvironmentVariable(ArithmeticReport.InstructionVariable),
    };

    /// <returns>Null where nothing is slower.</returns>
    public AdviceEvent? Advice(Precision wanted) => Reasons(wanted).ToList() is { Count: > 0 } reasons
        ? new AdviceEvent(AdviceKey, $"This run computes more slowly than it could: {string.Join("; ", reasons)}.")
        : null;

    private IEnumerable<string> Reasons(Precision wanted)
    {
        if (wanted == Precision.Auto && Report?.Problem(Precision.Bf16) is { } wrong)
        {
            yield return $"in fp32, because bf16 is computed wrongly on this worker ({wrong})";
        }
        else if (wanted == Precision.Auto && !Cuda && !ProcessorHasBf16)
        {
            yield return "in fp32, because the processor has no fast bf16 (AMX or AVX-512 BF16), or it is switched off";
        }

        if (Cuda)
        {
            yield break;
        }

        if (Report?.Instructions is { } limited)
        {
            yield return $"with no more than {limited} instructions, because with more this worker computes wrongly "
                + $"({string.Join("; ", Report.Findings)})";
        }
        else if (Instructions is not null)
        {
            yield return $"with no more than {Instructions} instructions, as {ArithmeticReport.InstructionVariable} says";
        }

        if (Threads == 1)
        {
            yield return "on one processor core";
        }
    }
}
