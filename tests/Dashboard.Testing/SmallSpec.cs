using Dashboard.Diffusion.Specs;

namespace Dashboard.Testing;

/// <summary>Specs that take a CPU a second or two.</summary>
public static class SmallSpec
{
    /// <summary>A network of a few thousand weights on 16×16 images, two epochs. The data set is empty, as a preset's.</summary>
    public static TrainingSpec Training { get; } = Small(Presets.Find("ddim-keras")!.Template);

    private static TrainingSpec Small(TrainingSpec preset) => preset with
    {
        ImageSize = 16,
        Epochs = 2,
        BatchSize = 8,
        Network = preset.Network with { Widths = [8, 16], BlockDepth = 1 },
        Checkpoint = new CheckpointSpec { EverySeconds = 3600 },
    };
}
