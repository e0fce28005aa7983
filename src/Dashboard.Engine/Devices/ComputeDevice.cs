using System.Runtime.Intrinsics.X86;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Devices;

/// <summary>Where a run computes, and in which arithmetic its convolutions do.</summary>
/// <param name="Torch">The device of every tensor of the run.</param>
/// <param name="Convolutions">Float32 or BFloat16; weights, norms, loss and metrics are Float32 always.</param>
public sealed record ComputeDevice(torch.Device Torch, ScalarType Convolutions)
{
    public bool IsCuda => Torch.type == DeviceType.CUDA;

    /// <summary>For the page: <c>cpu (2 threads)</c> or <c>cuda</c>.</summary>
    public string Description => IsCuda ? "cuda" : $"cpu ({get_num_threads()} threads)";

    /// <summary>For the page: <c>bf16 convolutions over fp32 weights</c> or <c>fp32</c>.</summary>
    public string Arithmetic =>
        Convolutions == ScalarType.BFloat16 ? "bf16 convolutions over fp32 weights" : UsesTf32 ? "tf32" : "fp32";

    /// <summary>Whether products of fp32 numbers are taken in 19 bits.</summary>
    public bool UsesTf32 { get; private init; }

    /// <exception cref="RunFailedException">A GPU is wanted and there is none.</exception>
    public static ComputeDevice Choose(Diffusion.Specs.Device wanted, Precision precision)
    {
        var hasCuda = wanted != Diffusion.Specs.Device.Cpu && cuda.is_available();
        if (wanted == Diffusion.Specs.Device.Cuda && !hasCuda)
        {
            throw new RunFailedException(
                "This worker has no usable CUDA device. Choose device \"auto\" or \"cpu\", or start a worker on a machine with "
                    + "an NVIDIA GPU.",
                FailureKind.Input);
        }

        var report = ArithmeticReport.FromEnvironment();
        var bf16 = precision == Precision.Bf16 || (precision == Precision.Auto
            && (hasCuda || ProcessorComputesInBf16()) && report?.Problem(Precision.Bf16) is null);
        var computed = bf16 ? Precision.Bf16 : hasCuda && precision == Precision.Tf32 ? Precision.Tf32 : Precision.Fp32;
        if (report?.Problem(computed) is { } problem)
        {
            throw new RunFailedException(
                $"This worker computes wrongly in {computed.ToString().ToLowerInvariant()}: {problem}. "
                    + "Choose another precision, or another worker; \"doctor\" on its machine tells more.",
                FailureKind.Input);
        }

        var chosen = new ComputeDevice(hasCuda ? CUDA : CPU, bf16 ? ScalarType.BFloat16 : ScalarType.Float32)
        {
            UsesTf32 = computed == Precision.Tf32,
        };
        chosen.AllowTf32(chosen.UsesTf32);
        return chosen;
    }

    /// <summary>Until it is disposed, fp32 means fp32: metrics take third powers of features and can't spare digits.</summary>
    public IDisposable Exactly()
    {
        AllowTf32(false);
        return new Restoring(this);
    }

    /// <summary>Waits until the device has done all it was asked.</summary>
    public void Synchronize()
    {
        if (IsCuda)
        {
            cuda.synchronize();
        }
    }

    private void AllowTf32(bool allowed)
    {
        if (IsCuda)
        {
            backends.cuda.matmul.allow_tf32 = allowed;
            backends.cudnn.allow_tf32 = allowed;
        }
    }

    /// <summary>
    /// avx512_bf16 (leaf 7.1, EAX bit 5) or amx_bf16 (leaf 7.0, EDX bit 22); elsewhere bf16 is emulated and slower than fp32.
    /// </summary>
    internal static bool ProcessorComputesInBf16()
    {
        if (!X86Base.IsSupported)
        {
            return false;
        }

        var (highestSubLeaf, _, _, features) = X86Base.CpuId(7, 0);
        var amx = (features & (1 << 22)) != 0;
        var avx512 = highestSubLeaf >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
        return amx || (avx512 && System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated);
    }

    private sealed class Restoring(ComputeDevice device) : IDisposable
    {
        public void Dispose() => device.AllowTf32(device.UsesTf32);
    }
}
