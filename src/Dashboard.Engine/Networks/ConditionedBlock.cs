using Dashboard.Diffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// GroupNorm, swish, convolution, plus the time's embedding, GroupNorm, swish, convolution, plus the input (through a 1×1
/// convolution where widths differ); where wanted, self-attention follows.
/// </summary>
internal sealed class ConditionedBlock : Module<Tensor, Tensor, Tensor>
{
    private readonly MixedConvolution? project;
    private readonly MixedConvolution time, first, second;
    private readonly GroupNormalization firstNorm, secondNorm;
    private readonly SelfAttention? attention;
    private readonly double dropout;

    public ConditionedBlock(int inputs, int outputs, NetworkSpec spec, bool attends, Generator random)
        : base(nameof(ConditionedBlock))
    {
        project = inputs == outputs ? null : new MixedConvolution(inputs, outputs, kernel: 1, random);
        time = new MixedConvolution(spec.EmbeddingDims, outputs, kernel: 1, random);
        firstNorm = new GroupNormalization(inputs, spec.NormGroups);
        first = new MixedConvolution(inputs, outputs, kernel: 3, random);
        secondNorm = new GroupNormalization(outputs, spec.NormGroups);
        second = new MixedConvolution(outputs, outputs, kernel: 3, random, scale: AttentionUnet.AlmostZero);
        attention = attends ? new SelfAttention(outputs, spec.NormGroups, random) : null;
        dropout = spec.Dropout;
        RegisterComponents();
    }

    /// <param name="input">N×inputs×S×S in the convolutions' arithmetic.</param>
    /// <param name="embedding">N×dims×1×1 in fp32, after its swish; or 1×dims×1×1.</param>
    public override Tensor forward(Tensor input, Tensor embedding)
    {
        using var scope = NewDisposeScope();
        var type = input.dtype;
        var residual = project is null ? input : project.forward(input);
        var x = first.forward(functional.silu(firstNorm.forward(input)).to(type));
        x = functional.silu(secondNorm.forward(x + time.forward(embedding)));
        if (training && dropout > 0)
        {
            x = functional.dropout(x, dropout);
        }

        x = second.forward(x.to(type)).add_(residual);
        return (attention is null ? x : attention.forward(x)).MoveToOuterDisposeScope();
    }
}
