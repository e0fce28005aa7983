using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Networks;

/// <summary>What labels and augmentation add to a network's embedding.</summary>
internal sealed class ConditionEmbedding : Module<Conditions, Tensor>
{
    private readonly Parameter? labels, augmentation;

    private ConditionEmbedding(NetworkShape shape, Generator random)
        : base(nameof(ConditionEmbedding))
    {
        var dims = shape.Spec.EmbeddingDims;
        if (shape.Labels > 0)
        {
            // As wide as what they are added to: sines, cosines and a normalised layer's outputs; the last row stands for "any".
            labels = new Parameter(empty(shape.Labels + 1, dims).normal_(generator: random));
        }

        if (shape.Augmented)
        {
            // Glorot & Bengio 2010, eq. 16. No bias: an image that was not changed must add nothing.
            var limit = Math.Sqrt(6.0 / (dims + NetworkShape.AugmentationLabels));
            augmentation = new Parameter(empty(NetworkShape.AugmentationLabels, dims).uniform_(-limit, limit, random));
        }

        RegisterComponents();
    }

    /// <returns>Null for a network that knows neither labels nor augmentation.</returns>
    public static ConditionEmbedding? For(NetworkShape shape, Generator random) =>
        shape.Labels > 0 || shape.Augmented ? new ConditionEmbedding(shape, random) : null;

    /// <returns>N×dims in fp32; 1×dims where it is the same for all images.</returns>
    public override Tensor forward(Conditions conditions)
    {
        using var scope = NewDisposeScope();
        var label = labels is null ? null
            : conditions.Labels is null ? labels.narrow(0, labels.shape[0] - 1, 1)
            : labels.index_select(0, conditions.Labels);
        var change = augmentation is null ? null
            : conditions.Augmentation is null ? zeros(1, augmentation.shape[1], device: augmentation.device)
            : conditions.Augmentation.mm(augmentation);
        var sum = label is null ? change! : change is null ? label : label + change;
        return sum.MoveToOuterDisposeScope();
    }
}
