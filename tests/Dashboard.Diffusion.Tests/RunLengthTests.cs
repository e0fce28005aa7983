using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;

namespace Dashboard.Diffusion.Tests;

public sealed class RunLengthTests
{
    [Fact]
    public void Accumulated_batches_make_one_step_and_the_rest_of_an_epoch_is_left_out()
    {
        var preset = Presets.Find("ddim-keras")!.Template;
        var spec = preset with
        {
            BatchSize = 64, Epochs = 3, Repetitions = 2, Optimizer = preset.Optimizer with { AccumulatedBatches = 4 },
        };

        // 2 × 1,000 images, 256 a step: 7 whole steps.
        Assert.Equal(new RunLength(256, 7, 21), RunLength.Of(spec, 1000));
        Assert.Equal(1792, RunLength.Of(spec, 1000).ImagesPerEpoch);
        Assert.Equal(5376, RunLength.Of(spec, 1000).Images);
    }

    [Fact]
    public void An_epoch_too_small_for_one_step_has_none() =>
        Assert.Equal(0, RunLength.Of(Presets.Find("ddim-keras")!.Template with { BatchSize = 64 }, 10).Steps);
}
