using System.Globalization;
using Dashboard.Diffusion.Specs;
using static TorchSharp.torch;

namespace Dashboard.Engine.Doctor;

/// <summary>Something that the networks have the tensor library do.</summary>
/// <param name="Name">With its shape, for a person.</param>
/// <param name="Inputs">Shapes of its inputs; those of four dimensions are channels-last.</param>
/// <param name="Apply">Computes it, in the type of its inputs.</param>
internal sealed record NativeOperation(string Name, IReadOnlyList<long[]> Inputs, Func<IReadOnlyList<Tensor>, Tensor> Apply)
{
    /// <summary>The same by other operations, for double precision; null where the operation is its own.</summary>
    public Func<IReadOnlyList<Tensor>, Tensor>? Reference { get; init; }

    /// <summary>Whether networks compute it in fp32 whatever the run's precision is.</summary>
    public bool OnlyInFp32 { get; init; }
}

/// <summary>How an operation on this machine compares with the same in double precision.</summary>
/// <param name="Error">
/// Largest difference over output and gradients, each relative to its largest value; null where it is not finite, or while the
/// operation is still going on.
/// </param>
/// <param name="Limit">Above this the operation is wrong.</param>
public sealed record OperationResult(string Operation, Precision Precision, bool Begins, double? Error, double Limit)
{
    public bool IsRight => Error <= Limit;

    public override string ToString()
    {
        var error = Error?.ToString("G2", CultureInfo.InvariantCulture) ?? "not finite";
        var limit = Limit.ToString("G2", CultureInfo.InvariantCulture);
        return $"{Operation} in {Precision.ToString().ToLowerInvariant()}: error {error}, limit {limit}";
    }
}
