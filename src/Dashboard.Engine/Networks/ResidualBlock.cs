using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// BatchNorm without scale and shift, convolution, swish, convolution, plus the input (through a 1×1 convolution where widths
/// differ); where wanted, self-attention follows.
/// </summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    /// <summary>Weight of the newest batch; Keras' momentum 0.99 seen from the other side.</summary>
    private const double Momentum = 0.01;
    private const double Epsilon = 1e-3;

    private readonly MixedConvolution? project;
    private readonly MixedConvolution first, second;
    private readonly Tensor running_mean, running_var;
    private readonly SelfAttention? attention;
    private readonly double dropout;

    /// <param name="dropout">Share of activations that the second convolution does not see while training.</param>
    /// <param name="attentionGroups">Groups of the attention's norm; null for no attention.</param>
    public ResidualBlock(int inputs, int outputs, Generator random, double dropout = 0, int? attentionGroups = null)
        : base(nameof(ResidualBlock))
    {
        project = inputs == outputs ? null : new MixedConvolution(inputs, outputs, kernel: 1, random);
        running_mean = zeros(inputs);
        running_var = ones(inputs);
        first = new MixedConvolution(inputs, outputs, kernel: 3, random);
        second = new MixedConvolution(outputs, outputs, kernel: 3, random);
        attention = attentionGroups is { } groups ? new SelfAttention(outputs, groups, random) : null;
        this.dropout = dropout;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        // The scope frees what autograd has not saved; without it every intermediate lives until the step ends.
        using var scope = NewDisposeScope();
        var residual = project is null ? input : project.forward(input);
        var x = functional.batch_norm(input, running_mean, running_var, training: training, momentum: Momentum, eps: Epsilon);
        x = functional.silu(first.forward(x), inplace: true);
        if (training && dropout > 0)
        {
            x = functional.dropout(x, dropout);
        }

        x = second.forward(x).add_(residual);
        return (attention is null ? x : attention.forward(x)).MoveToOuterDisposeScope();
    }
}
