using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Dashboard.Worker.Executing;

namespace Dashboard.Worker.Tests;

public sealed class StoredSpecTests
{
    [Fact]
    public void A_run_queued_by_an_older_version_takes_what_its_spec_lacks_from_its_preset()
    {
        var spec = StoredSpec.Training(Stored(RunKind.Training, """{"preset":"ddpm-keras","dataset":"7","epochs":3}"""));
        Assert.Equal((3, Loss.Mse), (spec.Epochs, spec.Loss));
        Assert.Equal(Presets.Find("ddpm-keras")!.Template.Network.Widths, spec.Network.Widths);
    }

    [Theory]
    [InlineData("""{"preset":"ddpm-keras","dataset":"7","loss":"of a later version"}""")]
    [InlineData("""{"preset":"ddpm-keras","dataset":"7","network":7}""")]
    public void A_run_queued_by_a_later_version_fails_with_words(string json) =>
        Assert.Equal(
            FailureKind.Input,
            Assert.Throws<RunFailedException>(() => StoredSpec.Training(Stored(RunKind.Training, json))).Kind);

    private static Run Stored(RunKind kind, string spec) =>
        new() { Kind = kind, Name = "stored", Spec = spec, Queue = "", Position = 0 };
}
