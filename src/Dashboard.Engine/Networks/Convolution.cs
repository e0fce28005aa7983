using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>The one place where networks convolve.</summary>
internal static class Convolution
{
    /// <summary>
    /// Convolves, around two faults of oneDNN 3.7 that were found on processors with avx512_bf16. It plans 1×1 convolutions from
    /// the cache sizes; where a virtual machine reports none, it divides by zero or leaves parts of the gradient unwritten: a 1×1
    /// kernel at stride 1 is a matrix product over the pixels here, which is the same sum. And in bf16 it pairs numbers; with an
    /// odd count of outputs the gradient of the input takes in one number that was never written: a kernel of zeros makes it
    /// even.
    /// </summary>
    /// <param name="input">N×inputs×H×W, channels-last; other memory is copied for a 1×1 kernel.</param>
    /// <param name="weight">outputs×inputs×rows×columns in the type of <paramref name="input"/>.</param>
    /// <param name="bias">outputs; null for none.</param>
    /// <returns>N×outputs×H'×W', channels-last for channels-last input.</returns>
    public static Tensor Apply(Tensor input, Tensor weight, Tensor? bias, long[] strides, long[] padding)
    {
        var kernel = weight.shape;
        return kernel[2] == 1 && kernel[3] == 1 && strides.All(stride => stride == 1) && padding.All(zeros => zeros == 0)
            ? Pointwise(input, weight.reshape(kernel[0], kernel[1]), bias)
            : input.dtype == ScalarType.BFloat16 && kernel[0] % 2 != 0
            ? Evened(input, weight, bias, strides, padding)
            : functional.conv2d(input, weight, bias, strides: strides, padding: padding);
    }

    private static Tensor Evened(Tensor input, Tensor weight, Tensor? bias, long[] strides, long[] padding)
    {
        using var scope = NewDisposeScope();
        var evened = functional.pad(weight, [0, 0, 0, 0, 0, 0, 0, 1]);
        var output = functional.conv2d(
            input, evened, bias is null ? null : functional.pad(bias, [0, 1]), strides: strides, padding: padding);
        return output.narrow(1, 0, weight.shape[0]).MoveToOuterDisposeScope();
    }

    private static Tensor Pointwise(Tensor input, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var (shape, outputs) = (input.shape, weight.shape[0]);
        var pixels = input.permute(0, 2, 3, 1).reshape(-1, shape[1]);
        var products = functional.linear(pixels, weight, bias);
        return products.view(shape[0], shape[2], shape[3], outputs).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }
}
