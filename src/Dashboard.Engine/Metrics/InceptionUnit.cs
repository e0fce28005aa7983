using Dashboard.Engine.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Metrics;

/// <summary>Gives the named tensor of the wanted shape in fp32, or throws; the unit that asked owns it.</summary>
internal delegate Tensor TensorSource(string name, long[] shape);

/// <summary>Convolution without bias, BatchNorm with the stored statistics, ReLU: torchvision's <c>BasicConv2d</c>.</summary>
internal sealed class InceptionUnit : IDisposable
{
    private const double Epsilon = 1e-3;

    private readonly long[] strides, padding;
    private readonly Tensor kernel, scale, shift, mean, variance;

    /// <param name="padding">Zeros on each side of rows and columns.</param>
    public InceptionUnit(
        TensorSource source, string name, int inputs, int outputs, (int Rows, int Columns) size, int stride = 1,
        (int Rows, int Columns) padding = default)
    {
        strides = [stride, stride];
        this.padding = [padding.Rows, padding.Columns];
        kernel = source($"{name}.conv.weight", [outputs, inputs, size.Rows, size.Columns]);
        scale = source($"{name}.bn.weight", [outputs]);
        shift = source($"{name}.bn.bias", [outputs]);
        mean = source($"{name}.bn.running_mean", [outputs]);
        variance = source($"{name}.bn.running_var", [outputs]);
    }

    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = Convolution.Apply(input, kernel, bias: null, strides, padding);
        x = functional.batch_norm(x, mean, variance, scale, shift, training: false, eps: Epsilon);
        return functional.relu(x, inplace: true).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[kernel, scale, shift, mean, variance])
        {
            tensor.Dispose();
        }
    }
}
