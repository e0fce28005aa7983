using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Training;
using Dashboard.Formats;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Training;

public sealed class GradientGuardTests(SmallRun run) : IClassFixture<SmallRun>
{
    [Theory]
    [InlineData(double.NaN, "is not finite")]
    [InlineData(double.PositiveInfinity, "is not finite")]
    [InlineData(1e12, "has the norm")]
    public void A_gradient_that_no_loss_can_have_is_refused_by_name_before_anything_moves(double garbage, string what)
    {
        using var state = TrainingState.Create(Job(run.NewFolder()));
        using var sums = new LossSums(state.Device.Torch);
        state.Position = state.Position with { Step = 6, FirstGradientNorm = 0.5 };
        var (name, parameter) = state.Network.named_parameters().Single(one => one.name == "up.0.first.weight");
        using var before = parameter.detach().clone();
        using (no_grad())
        {
            parameter.grad!.fill_((float)garbage);
        }

        state.Optimizer.MeasureGradient();
        var refused = Assert.Throws<RunFailedException>(() => state.CheckGradient(sums));

        Assert.StartsWith($"The gradient of {name} {what}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("at step 7 (batch 7)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("doctor", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("last checkpoint", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, (parameter - before).abs().max().item<float>());
        Assert.Equal(0, state.Optimizer.FirstMoment.abs().max().item<float>());
    }

    [Fact]
    public void A_large_gradient_of_a_large_loss_is_allowed()
    {
        Assert.True(GradientGuard.Allows(1e6, first: 0.5));
        Assert.True(GradientGuard.Allows(1e9, first: null));
        Assert.False(GradientGuard.Allows(1e19, first: null));
    }

    [Fact]
    public void A_checkpoint_never_holds_moments_that_are_not_finite()
    {
        var folder = run.NewFolder();
        using var state = TrainingState.Create(Job(folder));
        using (no_grad())
        {
            state.Optimizer.SecondMoment[5] = float.PositiveInfinity;
        }

        var refused = Assert.Throws<RunFailedException>(() => state.Save(CheckpointKind.Last));

        Assert.Contains("optimizer.second_moment", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, ArtifactNames.LastCheckpoint)));
    }

    [Fact]
    public void Figures_that_are_not_finite_do_not_keep_a_checkpoint_from_being_written()
    {
        var folder = run.NewFolder();
        using var state = TrainingState.Create(Job(folder));
        state.Position = state.Position with { Kid = double.NaN, GradientNorm = double.PositiveInfinity };

        state.Save(CheckpointKind.Last);

        var read = CheckpointHeader.Read(Path.Combine(folder, ArtifactNames.LastCheckpoint)).Position;
        Assert.True(double.IsNaN(read.Kid!.Value));
        Assert.Equal(double.PositiveInfinity, read.GradientNorm);
    }

    private TrainingJob Job(string folder) => new()
    {
        Spec = SmallRun.Spec, Images = run.Images, CheckpointFolder = folder, Report = _ => { },
    };
}
