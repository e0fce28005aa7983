using static TorchSharp.torch;

namespace Dashboard.Engine.Networks;

/// <summary>
/// Channels-last (NHWC) memory under NCHW shapes. TorchSharp has no memory_format argument; a permutation made contiguous
/// and permuted back has the same strides, and convolutions, norms and pooling keep them.
/// </summary>
internal static class TensorLayout
{
    public static Tensor ChannelsLast(Tensor images) => images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>Channels-last where there are four dimensions, contiguous otherwise.</summary>
    public static Tensor LikeImages(Tensor tensor) => tensor.dim() == 4 ? ChannelsLast(tensor) : tensor.contiguous();

    /// <summary>Views a flat slice in <paramref name="shape"/>, channels-last where the shape has four dimensions.</summary>
    public static Tensor View(Tensor slice, long[] shape) => shape.Length == 4
        ? slice.view(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2)
        : slice.view(shape);
}
