using Dashboard.Diffusion.Specs;
using static TorchSharp.torch;

namespace Dashboard.Engine.Networks;

/// <summary>
/// One answer of a network in three forms: with x = signal·x₀ + noise·ε and v = signal·ε − noise·x₀, any of them and x give
/// the others. Rates are N×1×1×1 or 1×1×1×1.
/// </summary>
internal static class Parameterizations
{
    public static Tensor Convert(
        Parameterization from, Parameterization to, Tensor answer, Tensor x, Tensor signal, Tensor noise) =>
        from == to ? answer.alias() : to switch
        {
            Parameterization.Image => ToImage(from, answer, x, signal, noise),
            Parameterization.Noise => ToNoise(from, answer, x, signal, noise),
            Parameterization.Velocity => ToVelocity(from, answer, x, signal, noise),
            _ => throw new InvalidOperationException($"unknown parameterization {to}"),
        };

    private static Tensor ToImage(Parameterization from, Tensor answer, Tensor x, Tensor signal, Tensor noise) => from switch
    {
        Parameterization.Noise => (x - (noise * answer)).div_(signal),
        _ => (signal * x).sub_(noise * answer),
    };

    private static Tensor ToNoise(Parameterization from, Tensor answer, Tensor x, Tensor signal, Tensor noise) => from switch
    {
        Parameterization.Image => (x - (signal * answer)).div_(noise),
        _ => (noise * x).add_(signal * answer),
    };

    private static Tensor ToVelocity(Parameterization from, Tensor answer, Tensor x, Tensor signal, Tensor noise) => from switch
    {
        Parameterization.Noise => (answer - (noise * x)).div_(signal),
        _ => ((signal * x) - answer).div_(noise),
    };
}
