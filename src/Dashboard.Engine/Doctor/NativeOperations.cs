using Dashboard.Diffusion.Networks;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Metrics;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Doctor;

/// <summary>
/// Every kind of native operation that the networks use, at the shapes of the presets and of the feature extractors.
/// </summary>
internal static class NativeOperations
{
    /// <summary>Images in each operation: enough to plan for a batch, few enough to check all within seconds.</summary>
    private const long Images = 2;

    public static IEnumerable<NativeOperation> All()
    {
        var costs = Presets.All.Select(preset => NetworkCost.Of(preset.Template.Network, preset.Template.ImageSize)).ToList();
        return costs.SelectMany(cost => cost.Convolutions).Concat(EmbeddedFeatures).Distinct().Select(OfNetwork)
            .Concat(Inception.Select(OfInception))
            .Concat(costs.SelectMany(cost => cost.Attentions).Distinct()
                .Select(attention => Attention(attention.Channels, attention.Side)))
            .Concat(Others);
    }

    /// <summary>The tensor library's own 1×1 convolutions, for which <see cref="Convolution"/> takes matrix products.</summary>
    public static IEnumerable<NativeOperation> LibraryPointwise() => Presets.All
        .SelectMany(preset => NetworkCost.Of(preset.Template.Network, preset.Template.ImageSize).Convolutions)
        .Where(shape => shape.Kernel == 1).Distinct()
        .Select(shape => new NativeOperation(
            $"the library's own 1×1 convolution {shape.Inputs} → {shape.Outputs} at {shape.Side}×{shape.Side} (not used)",
            [[Images, shape.Inputs, shape.Side, shape.Side], [shape.Outputs, shape.Inputs, 1, 1], [shape.Outputs]],
            inputs => functional.conv2d(inputs[0], inputs[1], inputs[2]))
        {
            Reference = inputs => Unfolded(inputs[0], inputs[1], inputs[2], 1, [0, 0]),
        });

    private static IEnumerable<ConvolutionShape> EmbeddedFeatures =>
    [
        new(3, 32, 3, 64, 1), new(32, 64, 3, 64, 1), new(64, 64, 3, 32, 1), new(64, 128, 3, 32, 1),
        new(128, FeatureNetwork.FeatureCount, 3, 16, 1), new(FeatureNetwork.FeatureCount, FeatureNetwork.FeatureCount, 3, 8, 1),
    ];

    /// <summary>The kinds of kernel in InceptionV3 at 299 pixels; its 1×1 kernels are matrix products like the others.</summary>
    private static IEnumerable<(long Inputs, long Outputs, long Rows, long Columns, long Stride, long Side)> Inception =>
    [
        (3, 32, 3, 3, 2, 299), (32, 32, 3, 3, 1, 149), (80, 192, 3, 3, 1, 73), (48, 64, 5, 5, 1, 35), (288, 384, 3, 3, 2, 35),
        (128, 128, 1, 7, 1, 17), (128, 192, 7, 1, 1, 17), (384, 384, 1, 3, 1, 8), (384, 384, 3, 1, 1, 8),
    ];

    private static IEnumerable<NativeOperation> Others =>
    [
        new("BatchNorm of 64 channels at 64×64", [[Images, 64, 64, 64]], inputs => BatchNorm(inputs[0])),
        new("GroupNorm of 128 channels at 32×32", [[Images, 128, 32, 32], [128], [128]],
            inputs => functional.group_norm(inputs[0], 8, inputs[1], inputs[2], 1e-3)) { OnlyInFp32 = true },
        new("swish", [[Images, 64, 64, 64]], inputs => functional.silu(inputs[0])),
        new("mean of 2×2 pixels", [[Images, 64, 64, 64]], inputs => functional.avg_pool2d(inputs[0], 2)),
        new("bilinear doubling", [[Images, 96, 32, 32]], inputs => functional.interpolate(
            inputs[0], scale_factor: [2, 2], mode: InterpolationMode.Bilinear, align_corners: false)),
        new("nearest doubling", [[Images, 128, 32, 32]], inputs => functional.interpolate(
            inputs[0], scale_factor: [2, 2], mode: InterpolationMode.Nearest)),
        new("joining channels", [[Images, 64, 32, 32], [Images, 96, 32, 32]], inputs => cat([inputs[0], inputs[1]], 1)),
    ];

    internal static NativeOperation OfNetwork(ConvolutionShape shape)
    {
        var (kernel, side) = (shape.Kernel, shape.Side * shape.Stride);
        long[] strides = [shape.Stride, shape.Stride], padding = shape.Stride == 1 ? [kernel / 2, kernel / 2] : [0, 0];
        return new NativeOperation(
            $"{(kernel == 1 ? "matrix product" : "3×3 convolution")} {shape.Inputs} → {shape.Outputs} at {side}×{side}"
                + (shape.Stride == 1 ? "" : $", stride {shape.Stride}"),
            [[Images, shape.Inputs, side, side], [shape.Outputs, shape.Inputs, kernel, kernel], [shape.Outputs]],
            inputs => Convolution.Apply(Padded(inputs[0]), inputs[1], inputs[2], strides, padding))
        {
            Reference = inputs => Unfolded(Padded(inputs[0]), inputs[1], inputs[2], shape.Stride, padding),
        };

        // As Keras pads even sides for stride 2.
        Tensor Padded(Tensor images) => shape.Stride == 1 ? images : functional.pad(images, [0, 1, 0, 1]);
    }

    private static NativeOperation OfInception(
        (long Inputs, long Outputs, long Rows, long Columns, long Stride, long Side) kernel)
    {
        // Only what keeps the size is padded.
        var kept = kernel.Stride == 1 && (kernel.Rows != 3 || kernel.Columns != 3);
        long[] strides = [kernel.Stride, kernel.Stride], padding = kept ? [kernel.Rows / 2, kernel.Columns / 2] : [0, 0];
        return new NativeOperation(
            $"{kernel.Rows}×{kernel.Columns} convolution {kernel.Inputs} → {kernel.Outputs} at {kernel.Side}×{kernel.Side}",
            [[1, kernel.Inputs, kernel.Side, kernel.Side], [kernel.Outputs, kernel.Inputs, kernel.Rows, kernel.Columns]],
            inputs => Convolution.Apply(inputs[0], inputs[1], bias: null, strides, padding))
        {
            OnlyInFp32 = true,
            Reference = inputs => Unfolded(inputs[0], inputs[1], bias: null, kernel.Stride, padding),
        };
    }

    /// <summary>A convolution as one matrix product over patches.</summary>
    private static Tensor Unfolded(Tensor images, Tensor weight, Tensor? bias, long stride, long[] padding)
    {
        var (shape, kernel) = (images.shape, weight.shape);
        var rows = ((shape[2] + (2 * padding[0]) - kernel[2]) / stride) + 1;
        var columns = ((shape[3] + (2 * padding[1]) - kernel[3]) / stride) + 1;
        var patches = functional.unfold(
            images, (kernel[2], kernel[3]), dilation: null, padding: (padding[0], padding[1]), stride: (stride, stride));
        var product = weight.reshape(kernel[0], -1).matmul(patches).view(shape[0], kernel[0], rows, columns);
        return bias is null ? product : product + bias.view(1, -1, 1, 1);
    }

    private static NativeOperation Attention(long channels, long side)
    {
        long[] shape = [Images, 1, side * side, channels];
        return new NativeOperation(
            $"attention over {side}×{side} pixels of {channels} channels",
            [shape, shape, shape],
            inputs => functional.scaled_dot_product_attention(inputs[0], inputs[1], inputs[2]));
    }

    private static Tensor BatchNorm(Tensor input)
    {
        var statistics = input.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var channels = input.shape[1];
        return functional.batch_norm(
            input, zeros(channels, statistics, input.device), ones(channels, statistics, input.device), training: true,
            eps: 1e-3);
    }
}
