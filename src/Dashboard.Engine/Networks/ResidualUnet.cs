using Dashboard.Diffusion.Specs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// The U-Net of Keras' DDIM example: residual blocks on the way down, in the middle and on the way up, every block's output of the
/// way down concatenated on the way up. With widths 32, 64, 96, 128 and depth 2 it has 1,950,627 trainable parameters.
/// </summary>
internal sealed class ResidualUnet : Module<Tensor, Tensor, Tensor>
{
    private readonly MixedConvolution stem, head;
    private readonly ModuleList<ResidualBlock> down = [], middle = [], up = [];
    private readonly NoiseEmbedding embedding;
    private readonly int levels, depth;
    private readonly ScalarType arithmetic;

    /// <param name="arithmetic">Type of the convolutions' inputs: fp32 or bf16.</param>
    /// <param name="random">A CPU generator that decides the first weights.</param>
    public ResidualUnet(NetworkSpec spec, torch.Device device, ScalarType arithmetic, Generator random)
        : base(nameof(ResidualUnet))
    {
        this.arithmetic = arithmetic;
        levels = spec.Widths.Count - 1;
        depth = spec.BlockDepth;
        embedding = new NoiseEmbedding(spec, device);
        stem = new MixedConvolution(3, spec.Widths[0], kernel: 1, random);

        var width = spec.Widths[0] + spec.EmbeddingDims;
        var skips = new Stack<int>();
        foreach (var next in spec.Widths.SkipLast(1))
        {
            for (var block = 0; block < depth; block++)
            {
                down.Add(new ResidualBlock(width, next, random));
                skips.Push(width = next);
            }
        }

        for (var block = 0; block < depth; block++)
        {
            middle.Add(new ResidualBlock(width, spec.Widths[^1], random));
            width = spec.Widths[^1];
        }

        foreach (var next in spec.Widths.SkipLast(1).Reverse())
        {
            for (var block = 0; block < depth; block++)
            {
                up.Add(new ResidualBlock(width + skips.Pop(), next, random));
                width = next;
            }
        }

        head = new MixedConvolution(width, 3, kernel: 1, random: null);
        RegisterComponents();
        this.to(device);
    }

    /// <param name="noisyImages">N×3×S×S in fp32, channels-last.</param>
    /// <param name="noiseVariances">N×1×1×1 or 1×1×1×1: the noise rate's square.</param>
    /// <returns>The predicted noise, in the shape and type of <paramref name="noisyImages"/>.</returns>
    public override Tensor forward(Tensor noisyImages, Tensor noiseVariances)
    {
        using var scope = NewDisposeScope();
        var shape = noisyImages.shape;
        var x = stem.forward(noisyImages.to(arithmetic));
        x = cat([x, embedding.Spread(noiseVariances, shape[0], shape[2], shape[3], arithmetic)], 1);

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
