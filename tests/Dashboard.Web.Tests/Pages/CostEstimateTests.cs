using Bunit;
using Dashboard.Diffusion.Specs;
using Dashboard.Web.NewRun;

namespace Dashboard.Web.Tests.Pages;

public sealed class CostEstimateTests : BunitContext
{
    private static readonly TrainingSpec Spec = Presets.All[0].Template with { Dataset = "roses", BatchSize = 10, Epochs = 3 };

    [Fact]
    public void Optimizer_steps_count_the_accumulated_batches()
    {
        Assert.Equal("30", Shown(Spec, "steps"));
        Assert.Equal("6", Shown(Spec with { Optimizer = Spec.Optimizer with { AccumulatedBatches = 4 } }, "steps"));
    }

    [Fact]
    public void Memory_counts_every_average()
    {
        Assert.NotEqual(Shown(Spec, "memory"), Shown(Spec with { Ema = Spec.Ema with { Also = [0.99, 0.9999] } }, "memory"));
    }

    [Fact]
    public void Numbers_that_no_rule_has_checked_do_no_harm()
    {
        var wild = Spec with { BatchSize = 65_536, Optimizer = Spec.Optimizer with { AccumulatedBatches = 65_536 } };
        Assert.Equal("0", Shown(wild, "steps"));
    }

    private string Shown(TrainingSpec spec, string what) =>
        Render<CostEstimate>(p => p.Add(c => c.Spec, spec).Add(c => c.Facts, new DatasetFacts(105, 20)))
            .Find($"[data-test=estimate-{what}]").TextContent;
}
