using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// A square convolution with "same" padding. Its weights stay fp32; with <see cref="ScalarType.BFloat16"/> input the
/// arithmetic is bf16 and the gradient flows back through the cast (mixed precision by hand, TorchSharp has no autocast).
/// </summary>
internal sealed class MixedConvolution : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly long[] padding, strides;

    /// <param name="random">Source of the uniform weights; null makes them zero.</param>
    /// <param name="scale">Of the weights' variance: 1 is Glorot's (Keras' default), Keras' VarianceScaling over the average
    /// fan.</param>
    /// <param name="stride">1, or 2 for images with even sides.</param>
    public MixedConvolution(
        int inputs, int outputs, int kernel, Generator? random, bool hasBias = true, double scale = 1, int stride = 1)
        : base(nameof(MixedConvolution))
    {
        // Glorot & Bengio 2010, eq. 16: fans count the kernel's area.
        var limit = Math.Sqrt(6.0 * scale / (kernel * kernel * (inputs + outputs)));
        long[] shape = [outputs, inputs, kernel, kernel];
        weight = new Parameter(random is null ? zeros(shape) : empty(shape).uniform_(-limit, limit, random));
        bias = hasBias ? new Parameter(zeros(outputs)) : null;
        padding = stride == 1 ? [kernel / 2, kernel / 2] : [0, 0];
        strides = [stride, stride];
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (strides[0] != 1)
        {
            // Keras pads even sides at the right and the bottom only; padding on all sides would shift the image by a pixel.
            input = functional.pad(input, [0, 1, 0, 1]);
        }

        var type = input.dtype;
        var output = type == ScalarType.Float32
            ? Convolution.Apply(input, weight, bias, strides, padding)
            : Convolution.Apply(input, weight.to(type), bias?.to(type), strides, padding);
        return output.MoveToOuterDisposeScope();
    }
}
