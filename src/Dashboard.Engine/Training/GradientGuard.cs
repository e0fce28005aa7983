using Dashboard.Engine.Networks;
using static TorchSharp.torch;

namespace Dashboard.Engine.Training;

/// <summary>
/// Tells a gradient from garbage. Adam divides by the gradient's size, so a wrong gradient leaves the losses finite while nothing
/// is learned.
/// </summary>
internal sealed class GradientGuard(FlatState state)
{
    public const string Remedy =
        "A finite loss with such a gradient points to wrong arithmetic: run \"doctor\" on this worker's machine and choose "
            + "precision fp32. "
        + "Otherwise lower optimizer.learningRate or set optimizer.maxGradientNorm to 1.";

    /// <summary>
    /// Times the first step's norm. Memory that was never written held 10^19; losses that explode are stopped at ten.
    /// </summary>
    private const double Largest = 1e8;

    /// <param name="norm">Of a gradient over all parameters.</param>
    /// <param name="first">Norm of the run's first step; null before it is known.</param>
    public static bool Allows(double norm, double? first) =>
        double.IsFinite(norm) && norm <= Largest * Math.Max(first ?? Largest, 1);

    /// <summary>Names the parameter whose gradient is not finite, or the largest.</summary>
    /// <param name="step">That the gradient is for, 1 for the first.</param>
    /// <param name="batches">Accumulated in the step.</param>
    public string Describe(long step, int batches)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var norms = state.ParameterSlots
            .Select(slot => (slot.Name, Norm: (double)FlatState.View(state.Gradients!, slot).norm().item<float>()))
            .ToList();
        var broken = norms.Find(parameter => !double.IsFinite(parameter.Norm));
        var (name, what) = broken.Name is not null
            ? (broken.Name, "is not finite")
            : (
                norms.MaxBy(parameter => parameter.Norm).Name,
                FormattableString.Invariant($"has the norm {norms.Max(parameter => parameter.Norm):G3}"));
        var last = step * batches;
        return $"The gradient of {name} {what} at step {step} "
            + $"({(batches == 1 ? $"batch {last}" : $"batches {last - batches + 1} to {last}")}).";
    }
}
