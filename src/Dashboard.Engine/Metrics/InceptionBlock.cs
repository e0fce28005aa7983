using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// One mixed layer: branches side by side whose outputs are joined along the channels. A branch that forks at its end has two
/// last units, both fed by what comes before them.
/// </summary>
internal sealed class InceptionBlock(params InceptionBranch[] branches) : IDisposable
{
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return cat([.. branches.SelectMany(branch => branch.Forward(input))], 1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var branch in branches)
        {
            branch.Dispose();
        }
    }
}

internal enum BranchPool
{
    None,

    /// <summary>
    /// 3×3 mean at stride 1 over the places that exist, as TensorFlow's "same" pooling does; torchvision counts the zeros too.
    /// </summary>
    Mean,

    /// <summary>3×3 maximum at stride 2, unpadded.</summary>
    Maximum,
}

/// <param name="pool">What comes before the units.</param>
/// <param name="units">One after the other.</param>
/// <param name="fork">Where not empty, each of these follows the last unit, and all their outputs leave the branch.</param>
internal sealed class InceptionBranch(BranchPool pool, InceptionUnit[] units, params InceptionUnit[] fork) : IDisposable
{
    public IEnumerable<Tensor> Forward(Tensor input)
    {
        var x = pool switch
        {
            BranchPool.Mean => functional.avg_pool2d(input, 3, stride: 1, padding: 1, count_include_pad: false),
            BranchPool.Maximum => functional.max_pool2d(input, 3, stride: 2),
            _ => input,
        };
        x = units.Aggregate(x, (value, unit) => unit.Forward(value));
        return fork.Length == 0 ? [x] : fork.Select(unit => unit.Forward(x));
    }

    public void Dispose()
    {
        foreach (var unit in units.Concat(fork))
        {
            unit.Dispose();
        }
    }
}
