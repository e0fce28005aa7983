using Dashboard.Engine.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// A small residual classifier of 32×32 pictures whose last layer but one gives the features for KID: eight convolutions,
/// 1.3 million parameters.
/// </summary>
internal sealed class FeatureNetwork : Module<Tensor, Tensor>
{
    public const int ImageSize = 32;
    public const int FeatureCount = 224;

    private readonly ConvolutionUnit stem, widen1, widen2, widen3, residual1a, residual1b, residual3a, residual3b;
    private readonly Linear classifier;

    /// <param name="random">Decides the first weights.</param>
    public FeatureNetwork(Generator random, int classes = 10)
        : base(nameof(FeatureNetwork))
    {
        stem = new(3, 32, random);
        widen1 = new(32, 64, random);
        residual1a = new(64, 64, random);
        residual1b = new(64, 64, random);
        widen2 = new(64, 128, random);
        widen3 = new(128, FeatureCount, random);
        residual3a = new(FeatureCount, FeatureCount, random);
        residual3b = new(FeatureCount, FeatureCount, random);
        classifier = Linear(FeatureCount, classes);
        init.zeros_(classifier.bias!);
        init.zeros_(classifier.weight!);
        RegisterComponents();
    }

    /// <summary>Class scores, N×classes in fp32.</summary>
    public override Tensor forward(Tensor images) => classifier.forward(Features(images));

    /// <param name="images">N×3×S×S, normalised, S from 32; their type (fp32 or bf16) is the arithmetic of the
    /// convolutions.</param>
    /// <returns>N×<see cref="FeatureCount"/> in fp32, not negative.</returns>
    public Tensor Features(Tensor images)
    {
        using var scope = NewDisposeScope();
        var x = functional.max_pool2d(widen1.forward(stem.forward(images)), 2);
        x = x + residual1b.forward(residual1a.forward(x));
        x = functional.max_pool2d(widen2.forward(x), 2);
        x = functional.max_pool2d(widen3.forward(x), 2);
        x = x + residual3b.forward(residual3a.forward(x));
        return x.to(ScalarType.Float32).mean([2, 3]).MoveToOuterDisposeScope();
    }

    /// <summary>Convolution, BatchNorm, ReLU.</summary>
    private sealed class ConvolutionUnit : Module<Tensor, Tensor>
    {
        private readonly MixedConvolution convolution;
        private readonly BatchNorm2d norm;

        public ConvolutionUnit(int inputs, int outputs, Generator random)
            : base(nameof(ConvolutionUnit))
        {
            convolution = new MixedConvolution(inputs, outputs, kernel: 3, random, hasBias: false);
            norm = BatchNorm2d(outputs);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => functional.relu(norm.forward(convolution.forward(input)), inplace: true);
    }
}
