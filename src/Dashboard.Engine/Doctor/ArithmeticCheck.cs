using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Doctor;

/// <summary>
/// Compares what this machine computes with the same in double precision: output and gradients of every native operation of the
/// networks, in each precision. It runs in a process of its own, for a wrong operation may also end the process.
/// </summary>
public static class ArithmeticCheck
{
    /// <summary>
    /// Largest relative error of right arithmetic, several times what was measured: the precision's digits and long sums.
    /// </summary>
    private static readonly Dictionary<Precision, double> Limits = new()
    {
        [Precision.Fp32] = 1e-4, [Precision.Tf32] = 1e-2, [Precision.Bf16] = 3e-2,
    };

    /// <param name="libraryPointwise">Also the tensor library's own 1×1 convolutions, which no network uses.</param>
    /// <param name="report">Hears of each operation before it begins and when it is through.</param>
    public static void Run(Precision precision, bool cuda, bool libraryPointwise, Action<OperationResult> report)
    {
        var device = ComputeDevice.Choose(cuda ? Diffusion.Specs.Device.Cuda : Diffusion.Specs.Device.Cpu, precision);
        foreach (var operation in NativeOperations.All().Concat(libraryPointwise ? NativeOperations.LibraryPointwise() : []))
        {
            if (operation.OnlyInFp32 && precision != Precision.Fp32)
            {
                continue;
            }

            var result = new OperationResult(operation.Name, precision, Begins: true, null, Limits[precision]);
            report(result);
            var error = ErrorOf(operation, device);
            report(result with { Begins = false, Error = double.IsFinite(error) ? error : null });
        }
    }

    /// <summary>Largest difference from double precision over the operation's output and its inputs' gradients.</summary>
    /// <returns>Relative to each tensor's largest value; not finite where something was left unwritten.</returns>
    internal static double ErrorOf(NativeOperation operation, ComputeDevice device)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var type = device.Convolutions;

        // Rounded to the precision at first, so that only the arithmetic differs.
        Tensor Random(long[] shape) => randn(shape, ScalarType.Float64, generator: random).to(type);
        var inputs = operation.Inputs.Select(Random).ToList();
        Tensor[] Evaluate(ScalarType precision, torch.Device place, Tensor? cotangent)
        {
            using var inner = NewDisposeScope();
            var leaves = inputs.Select(input => Leaf(input, precision, place)).ToList();
            var output = (precision == ScalarType.Float64 ? operation.Reference ?? operation.Apply : operation.Apply)(leaves);
            cotangent ??= Random(output.shape);
            output.backward([TensorLayout.LikeImages(cotangent.to(precision).to(place))]);
            return [.. leaves.Select(leaf => leaf.grad!).Prepend(output.detach()).Append(cotangent)
                .Select(t => t.MoveToOuterDisposeScope())];
        }

        var expected = Evaluate(ScalarType.Float64, CPU, cotangent: null);
        Spoil(expected, type, device.Torch);
        var actual = Evaluate(type, device.Torch, expected[^1]);
        return expected.Zip(actual).SkipLast(1).Max(pair => Difference(pair.First, pair.Second));
    }

    private static Tensor Leaf(Tensor value, ScalarType precision, torch.Device place) =>
        TensorLayout.LikeImages(value.to(precision).to(place)).detach().requires_grad_(true);

    private static double Difference(Tensor expected, Tensor actual)
    {
        var difference = (actual.cpu().to(ScalarType.Float64) - expected).abs().max().item<double>();
        return difference / Math.Max(expected.abs().max().item<double>(), double.Epsilon);
    }

    /// <summary>Leaves memory that holds no numbers to whoever allocates next: what an operation does not write shows.</summary>
    private static void Spoil(IReadOnlyList<Tensor> like, ScalarType type, torch.Device place)
    {
        using var scope = NewDisposeScope();
        foreach (var tensor in like)
        {
            for (var copies = 0; copies < 3; copies++)
            {
                _ = full(tensor.shape, double.NaN, type, place);
            }
        }
    }
}
