using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Data;

namespace Dashboard.Engine.Tests.Checkpoints;

public sealed class CheckpointHeaderTests
{
    [Fact]
    public void A_position_of_an_earlier_version_is_read()
    {
        var header = new CheckpointHeader(
            Presets.All[0].Template, ChannelStatistics.Symmetric, "fingerprint", new TrainingPosition { Step = 7 });
        var metadata = header.ToMetadata();
        metadata["position"] = """{"step": 7, "epoch": 1, "imagesSeen": 224, "phase": "training", """
            + """ "stepInEpoch": 3, "noiseLossSum": 0.7, "imageLossSum": 1.1}""";

        var read = CheckpointHeader.FromMetadata(metadata);

        Assert.Equal((7, 1, 3), (read.Position.Step, read.Position.Epoch, read.Position.StepInEpoch));
        Assert.Equal(0, read.Position.Losses.Noise);
    }
}
