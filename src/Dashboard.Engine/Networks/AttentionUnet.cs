using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>
/// The U-Net with self-attention of Keras' DDPM example: the stem's, every block's and every downsampling's output of the way
/// down is concatenated on the way up. With widths 64, 128, 256, 512, depth 2 and attention at 16 and 8 pixels it has 63,200,387
/// parameters.
/// </summary>
internal sealed class AttentionUnet : DiffusionNetwork
{
    /// <summary>Scale of the first weights of each residual's last layer: Keras' VarianceScaling allows no zero.</summary>
    public const double AlmostZero = 1e-10;

    private readonly MixedConvolution timeFirst, timeSecond, stem, head;
    private readonly ConditionEmbedding? conditioning;
    private readonly ModuleList<ConditionedBlock> down = [], middle = [], up = [];
    private readonly ModuleList<MixedConvolution> downsamples = [], upsamples = [];
    private readonly GroupNormalization norm;
    private readonly TimeEmbedding embedding;
    private readonly int levels, depth;
    private readonly ScalarType arithmetic;

    /// <param name="arithmetic">Type of the convolutions' and the attention's inputs: fp32 or bf16.</param>
    /// <param name="random">A CPU generator that decides the first weights.</param>
    public AttentionUnet(NetworkShape shape, torch.Device device, ScalarType arithmetic, Generator random)
        : base(nameof(AttentionUnet))
    {
        var spec = shape.Spec;
        var (widths, dims) = (spec.Widths, spec.EmbeddingDims);
        this.arithmetic = arithmetic;
        levels = widths.Count;
        depth = spec.BlockDepth;
        embedding = new TimeEmbedding(spec, device);
        timeFirst = new MixedConvolution(dims, dims, kernel: 1, random);
        timeSecond = new MixedConvolution(dims, dims, kernel: 1, random);
        conditioning = ConditionEmbedding.For(shape, random);
        stem = new MixedConvolution(3, widths[0], kernel: 3, random);

        var (width, side) = (widths[0], shape.ImageSize);
        var skips = new Stack<int>([width]);
        ConditionedBlock Block(int inputs, int outputs) =>
            new(inputs, outputs, spec, spec.AttentionResolutions.Contains(side), random);

        for (var level = 0; level < levels; level++)
        {
            for (var block = 0; block < depth; block++)
            {
                down.Add(Block(width, widths[level]));
                skips.Push(width = widths[level]);
            }

            if (level < levels - 1)
            {
                downsamples.Add(new MixedConvolution(width, width, kernel: 3, random, stride: 2));
                skips.Push(width);
                side /= 2;
            }
        }

        middle.Add(new ConditionedBlock(width, width, spec, attends: true, random));
        middle.Add(new ConditionedBlock(width, width, spec, attends: false, random));

        for (var level = levels - 1; level >= 0; level--)
        {
            for (var block = 0; block <= depth; block++)
            {
                up.Add(Block(width + skips.Pop(), widths[level]));
                width = widths[level];
            }

            if (level > 0)
            {
                upsamples.Add(new MixedConvolution(width, width, kernel: 3, random));
                side *= 2;
            }
        }

        norm = new GroupNormalization(width, spec.NormGroups);
        head = new MixedConvolution(width, 3, kernel: 3, random, scale: AlmostZero);
        RegisterComponents();
        this.to(device);
    }

    public override Tensor Predict(Tensor noisyImages, Conditions conditions)
    {
        using var scope = NewDisposeScope();
        var told = Embed(conditions);
        var x = stem.forward(noisyImages.to(arithmetic));
        var skips = new Stack<Tensor>([x]);
        for (var level = 0; level < levels; level++)
        {
            for (var block = 0; block < depth; block++)
            {
                x = down[(level * depth) + block].forward(x, told);
                skips.Push(x);
            }

            if (level < levels - 1)
            {
                x = downsamples[level].forward(x);
                skips.Push(x);
            }
        }

        foreach (var block in middle)
        {
            x = block.forward(x, told);
        }

        for (var level = 0; level < levels; level++)
        {
            for (var block = 0; block <= depth; block++)
            {
                x = up[(level * (depth + 1)) + block].forward(cat([x, skips.Pop()], 1), told);
            }

            if (level < levels - 1)
            {
                x = upsamples[level].forward(functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest));
            }
        }

        x = functional.silu(norm.forward(x)).to(arithmetic);
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

    /// <summary>The swish that every block begins with is taken once for all.</summary>
    private Tensor Embed(Conditions conditions)
    {
        using var scope = NewDisposeScope();
        var told = timeSecond.forward(functional.silu(timeFirst.forward(embedding.Of(conditions.Times))));
        if (conditioning is not null)
        {
            told = told + conditioning.forward(conditions).unsqueeze(2).unsqueeze(3);
        }

        return functional.silu(told).MoveToOuterDisposeScope();
    }
}
