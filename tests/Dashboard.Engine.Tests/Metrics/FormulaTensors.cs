using System.Text;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Metrics;

/// <summary>
/// Values by a formula of name and index, the same as in tests/reference/inception.py, so that none need be stored.
/// </summary>
internal static class FormulaTensors
{
    /// <summary>In [−1, 1).</summary>
    public static double[] Uniform(string name, long count)
    {
        var seed = 2166136261;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            seed = (seed ^ value) * 16777619;
        }

        var values = new double[count];
        for (uint i = 0; i < count; i++)
        {
            var x = (i * 2654435769) + seed;
            x ^= x >> 16;
            x *= 0x85EBCA6B;
            x ^= x >> 13;
            x *= 0xC2B2AE35;
            x ^= x >> 16;
            values[i] = (x / 2147483648.0) - 1;
        }

        return values;
    }

    public static Tensor Of(string name, long[] shape, double scale = 1, double shift = 0) =>
        tensor(Uniform(name, shape.Aggregate(1L, (a, b) => a * b)).Select(u => (float)((u * scale) + shift)).ToArray(), shape);

    /// <summary>A weight or statistic of InceptionV3, of a size that keeps the values in bounds through all layers.</summary>
    public static Tensor InceptionWeight(string name, long[] shape)
    {
        var made = shape.Length == 4
            ? Of(name, shape, Math.Sqrt(6.0 / (shape[1] * shape[2] * shape[3])))
            : name.EndsWith("bn.weight", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal)
                ? Of(name, shape, 0.2, 1)
                : Of(name, shape, 0.1);
        return made.DetachFromDisposeScope();
    }
}
