using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// Self-attention with one head over all pixels (Keras' DDPM example). As there, its residual is the normalised input, not the
/// input.
/// </summary>
internal sealed class SelfAttention : Module<Tensor, Tensor>
{
    private readonly GroupNormalization norm;
    private readonly MixedConvolution query, key, value, proj;

    public SelfAttention(int width, int groups, Generator random)
        : base(nameof(SelfAttention))
    {
        norm = new GroupNormalization(width, groups);
        query = new MixedConvolution(width, width, kernel: 1, random);
        key = new MixedConvolution(width, width, kernel: 1, random);
        value = new MixedConvolution(width, width, kernel: 1, random);
        proj = new MixedConvolution(width, width, kernel: 1, random, scale: AttentionUnet.AlmostZero);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var shape = input.shape;
        var x = norm.forward(input).to(input.dtype);

        // A head of its own dimension: N×1×pixels×channels. The products are scaled by channels^-½ and the softmax sums in fp32.
        Tensor Pixels(MixedConvolution projection) =>
            projection.forward(x).permute(0, 2, 3, 1).reshape(shape[0], 1, shape[2] * shape[3], shape[1]);
        var mixed = functional.scaled_dot_product_attention(Pixels(query), Pixels(key), Pixels(value));
        var images = mixed.reshape(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2);
        return (x + proj.forward(images)).MoveToOuterDisposeScope();
    }
}
