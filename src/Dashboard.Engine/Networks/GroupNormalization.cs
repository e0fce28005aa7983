using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>GroupNorm (Wu &amp; He 2018) with scale and shift and Keras' ε, in fp32 whatever comes in.</summary>
internal sealed class GroupNormalization : Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-3;

    private readonly Parameter weight, bias;
    private readonly int groups;

    /// <param name="groups">Divides <paramref name="width"/>.</param>
    public GroupNormalization(int width, int groups)
        : base(nameof(GroupNormalization))
    {
        weight = new Parameter(ones(width));
        bias = new Parameter(zeros(width));
        this.groups = groups;
        RegisterComponents();
    }

    /// <returns>In fp32.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return functional.group_norm(input.to(ScalarType.Float32), groups, weight, bias, Epsilon).MoveToOuterDisposeScope();
    }
}
