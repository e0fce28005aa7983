using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// A square convolution with stride 1 and "same" padding. Its weights stay fp32; with <see cref="ScalarType.BFloat16"/> input the
/// arithmetic is bf16 and the gradient flows back through the cast (mixed precision by hand, TorchSharp has no autocast).
/// </summary>
internal sealed class MixedConvolution : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly long[] padding;

    /// <param name="random">Source of the Glorot-uniform weights (Keras' default); null makes them zero.</param>
    public MixedConvolution(int inputs, int outputs, int kernel, Generator? random, bool hasBias = true)
        : base(nameof(MixedConvolution))
    {
        // Glorot & Bengio 2010, eq. 16: fans count the kernel's area.
        var limit = Math.Sqrt(6.0 / (kernel * kernel * (inputs + outputs)));
        long[] shape = [outputs, inputs, kernel, kernel];
        weight = new Parameter(random is null ? zeros(shape) : empty(shape).uniform_(-limit, limit, random));
        bias = hasBias ? new Parameter(zeros(outputs)) : null;
        padding = [kernel / 2, kernel / 2];
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var type = input.dtype;
        return type == ScalarType.Float32
            ? functional.conv2d(input, weight, bias, padding: padding)
            : functional.conv2d(input, weight.to(type), bias?.to(type), padding: padding);
    }
}
