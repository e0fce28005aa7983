using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Networks;
using Dashboard.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Networks;

/// <summary>
/// What the second implementation in tests/reference computed, and the formulas that it fills weights and images with.
/// </summary>
internal static class Goldens
{
    public sealed record Case(string Name, int ImageSize, int Batch, int Labels, bool Augmented, NetworkSpec Network);

    public static IReadOnlyList<Case> Cases { get; } =
        JsonSerializer.Deserialize<IReadOnlyList<Case>>(File.ReadAllText(PathOf("cases.json")), SpecJson.Options)!;

    public static SafeTensorsFile Open() => SafeTensorsFile.Read(PathOf("goldens.safetensors"));

    /// <summary>sin(i·speed + phase) over the elements in row-major order; computed in double precision.</summary>
    public static Tensor Wave(long[] shape, double speed, double phase)
    {
        var count = shape.Aggregate(1L, (product, side) => product * side);
        return tensor(Enumerable.Range(0, (int)count).Select(i => Math.Sin((i * speed) + phase)).ToArray()).view(shape);
    }

    /// <summary>
    /// The k-th tensor in the order of names becomes sin(i·0.37 + k), scaled by its fan; norms' weights lie around 1.
    /// </summary>
    public static void Fill(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        foreach (var (k, (name, parameter)) in Ordered(module).Index())
        {
            var values = Wave(parameter.shape, 0.37, k);
            values = parameter.dim() > 1
                ? values / Math.Sqrt(parameter.numel() / parameter.shape[0])
                : (values * 0.1) + (name.EndsWith("orm.weight", StringComparison.Ordinal) ? 1 : 0);
            parameter.copy_(values);
        }
    }

    public static IEnumerable<(string Name, Parameter Parameter)> Ordered(nn.Module module) =>
        module.named_parameters().OrderBy(pair => pair.name, StringComparer.Ordinal);

    /// <summary>Asserts that the largest difference is at most this share of the golden's largest value.</summary>
    public static void AssertClose(Tensor golden, Tensor actual, double share, string what)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(golden.shape, actual.shape);
        var error = (golden - actual).abs().max().item<float>();
        var size = golden.abs().max().item<float>();
        Assert.True(error <= share * size, $"{what}: off by {error} of {size}");
    }

    private static string PathOf(string file) => Path.Combine(Repository.Root, "tests", "reference", file);
}
