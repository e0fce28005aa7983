using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// BatchNorm without scale and shift, convolution, swish, convolution, plus the input (through a 1×1 convolution where widths differ).
/// </summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    /// <summary>Weight of the newest batch; Keras' momentum 0.99 seen from the other side.</summary>
    private const double Momentum = 0.01;
    private const double Epsilon = 1e-3;

    private readonly MixedConvolution? project;
    private readonly MixedConvolution first, second;
    private readonly Tensor running_mean, running_var;

    public ResidualBlock(int inputs, int outputs, Generator random)
        : base(nameof(ResidualBlock))
    {
        project = inputs == outputs ? null : new MixedConvolution(inputs, outputs, kernel: 1, random);
        running_mean = zeros(inputs);
        running_var = ones(inputs);
        first = new MixedConvolution(inputs, outputs, kernel: 3, random);
        second = new MixedConvolution(outputs, outputs, kernel: 3, random);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        // The scope frees what autograd has not saved; without it every intermediate lives until the step ends.
        using var scope = NewDisposeScope();
        var residual = project is null ? input : project.forward(input);
        var x = functional.batch_norm(input, running_mean, running_var, training: training, momentum: Momentum, eps: Epsilon);
        x = functional.silu(first.forward(x), inplace: true);
        return second.forward(x).add_(residual).MoveToOuterDisposeScope();
    }
}
