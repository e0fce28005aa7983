using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// InceptionV3 (Szegedy et al. 2015) up to its global average: torchvision's graph and names without the two classifiers, and
/// with average pools that leave the padding out. 21,785,568 weights and 2×17,216 statistics, all in fp32.
/// </summary>
internal sealed class InceptionV3 : IDisposable
{
    public const int FeatureCount = 2048;

    private readonly TensorSource source;
    private readonly InceptionUnit[] beforeFirstPool, beforeSecondPool;
    private readonly InceptionBlock[] blocks;

    /// <param name="source">Is asked for every tensor in the order of the graph; what it throws passes through.</param>
    public InceptionV3(TensorSource source)
    {
        this.source = source;
        beforeFirstPool =
        [
            Unit("Conv2d_1a_3x3", 3, 32, (3, 3), stride: 2),
            Unit("Conv2d_2a_3x3", 32, 32, (3, 3)),
            Unit("Conv2d_2b_3x3", 32, 64, (3, 3), padding: (1, 1)),
        ];
        beforeSecondPool = [Unit("Conv2d_3b_1x1", 64, 80, (1, 1)), Unit("Conv2d_4a_3x3", 80, 192, (3, 3))];
        blocks =
        [
            Fine("Mixed_5b", 192, pooled: 32),
            Fine("Mixed_5c", 256, pooled: 64),
            Fine("Mixed_5d", 288, pooled: 64),
            FirstReduction("Mixed_6a", 288),
            Middle("Mixed_6b", 128),
            Middle("Mixed_6c", 160),
            Middle("Mixed_6d", 160),
            Middle("Mixed_6e", 192),
            SecondReduction("Mixed_7a", 768),
            Coarse("Mixed_7b", 1280),
            Coarse("Mixed_7c", 2048),
        ];
    }

    /// <param name="images">N×3×S×S in [−1, 1], fp32, S from 75.</param>
    /// <returns>N×<see cref="FeatureCount"/>, fp32, not negative.</returns>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        var x = beforeFirstPool.Aggregate(images, (value, unit) => unit.Forward(value));
        x = functional.max_pool2d(x, 3, stride: 2);
        x = beforeSecondPool.Aggregate(x, (value, unit) => unit.Forward(value));
        x = functional.max_pool2d(x, 3, stride: 2);
        x = blocks.Aggregate(x, (value, block) => block.Forward(value));
        return x.mean([2, 3]).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var part in beforeFirstPool.Concat<IDisposable>(beforeSecondPool).Concat(blocks))
        {
            part.Dispose();
        }
    }

    private InceptionUnit Unit(
        string name, int inputs, int outputs, (int Rows, int Columns) size, int stride = 1,
        (int Rows, int Columns) padding = default) =>
        new(source, name, inputs, outputs, size, stride, padding);

    private static InceptionBranch Branch(params InceptionUnit[] units) => new(BranchPool.None, units);

    /// <summary>torchvision's InceptionA.</summary>
    private InceptionBlock Fine(string name, int inputs, int pooled) => new(
        Branch(Unit($"{name}.branch1x1", inputs, 64, (1, 1))),
        Branch(
            Unit($"{name}.branch5x5_1", inputs, 48, (1, 1)),
            Unit($"{name}.branch5x5_2", 48, 64, (5, 5), padding: (2, 2))),
        Branch(
            Unit($"{name}.branch3x3dbl_1", inputs, 64, (1, 1)),
            Unit($"{name}.branch3x3dbl_2", 64, 96, (3, 3), padding: (1, 1)),
            Unit($"{name}.branch3x3dbl_3", 96, 96, (3, 3), padding: (1, 1))),
        new InceptionBranch(BranchPool.Mean, [Unit($"{name}.branch_pool", inputs, pooled, (1, 1))]));

    /// <summary>torchvision's InceptionB.</summary>
    private InceptionBlock FirstReduction(string name, int inputs) => new(
        Branch(Unit($"{name}.branch3x3", inputs, 384, (3, 3), stride: 2)),
        Branch(
            Unit($"{name}.branch3x3dbl_1", inputs, 64, (1, 1)),
            Unit($"{name}.branch3x3dbl_2", 64, 96, (3, 3), padding: (1, 1)),
            Unit($"{name}.branch3x3dbl_3", 96, 96, (3, 3), stride: 2)),
        new InceptionBranch(BranchPool.Maximum, []));

    /// <summary>torchvision's InceptionC.</summary>
    /// <param name="width">Channels inside the 7×1 and 1×7 branches.</param>
    private InceptionBlock Middle(string name, int width)
    {
        const int Channels = 768;
        const int Each = 192;
        return new InceptionBlock(
            Branch(Unit($"{name}.branch1x1", Channels, Each, (1, 1))),
            Branch(
                Unit($"{name}.branch7x7_1", Channels, width, (1, 1)),
                Unit($"{name}.branch7x7_2", width, width, (1, 7), padding: (0, 3)),
                Unit($"{name}.branch7x7_3", width, Each, (7, 1), padding: (3, 0))),
            Branch(
                Unit($"{name}.branch7x7dbl_1", Channels, width, (1, 1)),
                Unit($"{name}.branch7x7dbl_2", width, width, (7, 1), padding: (3, 0)),
                Unit($"{name}.branch7x7dbl_3", width, width, (1, 7), padding: (0, 3)),
                Unit($"{name}.branch7x7dbl_4", width, width, (7, 1), padding: (3, 0)),
                Unit($"{name}.branch7x7dbl_5", width, Each, (1, 7), padding: (0, 3))),
            new InceptionBranch(BranchPool.Mean, [Unit($"{name}.branch_pool", Channels, Each, (1, 1))]));
    }

    /// <summary>torchvision's InceptionD.</summary>
    private InceptionBlock SecondReduction(string name, int inputs) => new(
        Branch(
            Unit($"{name}.branch3x3_1", inputs, 192, (1, 1)),
            Unit($"{name}.branch3x3_2", 192, 320, (3, 3), stride: 2)),
        Branch(
            Unit($"{name}.branch7x7x3_1", inputs, 192, (1, 1)),
            Unit($"{name}.branch7x7x3_2", 192, 192, (1, 7), padding: (0, 3)),
            Unit($"{name}.branch7x7x3_3", 192, 192, (7, 1), padding: (3, 0)),
            Unit($"{name}.branch7x7x3_4", 192, 192, (3, 3), stride: 2)),
        new InceptionBranch(BranchPool.Maximum, []));

    /// <summary>torchvision's InceptionE.</summary>
    private InceptionBlock Coarse(string name, int inputs) => new(
        Branch(Unit($"{name}.branch1x1", inputs, 320, (1, 1))),
        new InceptionBranch(
            BranchPool.None,
            [Unit($"{name}.branch3x3_1", inputs, 384, (1, 1))],
            Unit($"{name}.branch3x3_2a", 384, 384, (1, 3), padding: (0, 1)),
            Unit($"{name}.branch3x3_2b", 384, 384, (3, 1), padding: (1, 0))),
        new InceptionBranch(
            BranchPool.None,
            [
                Unit($"{name}.branch3x3dbl_1", inputs, 448, (1, 1)),
                Unit($"{name}.branch3x3dbl_2", 448, 384, (3, 3), padding: (1, 1)),
            ],
            Unit($"{name}.branch3x3dbl_3a", 384, 384, (1, 3), padding: (0, 1)),
            Unit($"{name}.branch3x3dbl_3b", 384, 384, (3, 1), padding: (1, 0))),
        new InceptionBranch(BranchPool.Mean, [Unit($"{name}.branch_pool", inputs, 192, (1, 1))]));
}
