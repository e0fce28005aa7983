using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>The one place where networks convolve.</summary>
internal static class Convolution
{
    /// <summary>
    /// Convolves; a 1×1 kernel at stride 1 as a matrix product over the pixels, which is the same sum. oneDNN plans its own 1×1
    /// convolutions from the processor's cache sizes, and where a virtual machine reports none it divides by zero or leaves parts
    /// of the gradient unwritten.
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
            : functional.conv2d(input, weight, bias, strides: strides, padding: padding);
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
