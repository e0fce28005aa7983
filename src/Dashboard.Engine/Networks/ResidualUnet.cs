using Dashboard.Diffusion.Specs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// The U-Net of Keras' DDIM example: residual blocks on the way down, in the middle and on the way up, every block's output of
/// the way down concatenated on the way up. With widths 32, 64, 96, 128 and depth 2 it has 1,950,627 trainable parameters.
/// </summary>
internal sealed class ResidualUnet : DiffusionNetwork
{
    private readonly MixedConvolution stem, head;
    private readonly ModuleList<ResidualBlock> down = [], middle = [], up = [];
    private readonly ConditionEmbedding? conditioning;
    private readonly NoiseEmbedding embedding;
    private readonly int levels, depth;
    private readonly ScalarType arithmetic;

    /// <param name="arithmetic">Type of the convolutions' inputs: fp32 or bf16.</param>
    /// <param name="random">A CPU generator that decides the first weights.</param>
    public ResidualUnet(NetworkShape shape, torch.Device device, ScalarType arithmetic, Generator random)
        : base(nameof(ResidualUnet))
    {
        var spec = shape.Spec;
        this.arithmetic = arithmetic;
        levels = spec.Widths.Count - 1;
        depth = spec.BlockDepth;
        embedding = new NoiseEmbedding(spec, device);
        conditioning = ConditionEmbedding.For(shape, random);
        stem = new MixedConvolution(3, spec.Widths[0], kernel: 1, random);

        var width = spec.Widths[0] + spec.EmbeddingDims;
        var skips = new Stack<int>();
        var side = shape.ImageSize;
        ResidualBlock Block(int inputs, int outputs) => new(
            inputs, outputs, random, spec.Dropout, spec.AttentionResolutions.Contains(side) ? spec.NormGroups : null);

        foreach (var next in spec.Widths.SkipLast(1))
        {
            for (var block = 0; block < depth; block++)
            {
                down.Add(Block(width, next));
                skips.Push(width = next);
            }

            side /= 2;
        }

        for (var block = 0; block < depth; block++)
        {
            middle.Add(Block(width, spec.Widths[^1]));
            width = spec.Widths[^1];
        }

        foreach (var next in spec.Widths.SkipLast(1).Reverse())
        {
            side *= 2;
            for (var block = 0; block < depth; block++)
            {
                up.Add(Block(width + skips.Pop(), next));
                width = next;
            }
        }

        head = new MixedConvolution(width, 3, kernel: 1, random: null);
        RegisterComponents();
        this.to(device);
    }

    public override Tensor Predict(Tensor noisyImages, Conditions conditions)
    {
        using var scope = NewDisposeScope();
        var shape = noisyImages.shape;
        var x = stem.forward(noisyImages.to(arithmetic));
        var told = conditioning?.forward(conditions);
        x = cat([x, embedding.Spread(conditions.NoiseVariances, told, shape[0], shape[2], shape[3], arithmetic)], 1);

        var skips = new Stack<Tensor>();
        for (var level = 0; level < levels; level++)
        {
            for (var block = 0; block < depth; block++)
            {
                x = down[(level * depth) + block].forward(x);
                skips.Push(x);
            }

            x = functional.avg_pool2d(x, 2);
        }

        foreach (var block in middle)
        {
            x = block.forward(x);
        }

        for (var level = 0; level < levels; level++)
        {
            // align_corners: false is Keras' half-pixel centres.
            x = functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Bilinear, align_corners: false);
            for (var block = 0; block < depth; block++)
            {
                x = up[(level * depth) + block].forward(cat([x, skips.Pop()], 1));
            }
        }

        return head.forward(x).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            embedding.Dispose();
        }

        base.Dispose(disposing);
    }
}
