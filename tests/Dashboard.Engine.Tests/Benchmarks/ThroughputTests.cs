using Dashboard.Engine.Benchmarks;
using Dashboard.Engine.Tests.Training;
using Dashboard.Engine.Training;

namespace Dashboard.Engine.Tests.Benchmarks;

public sealed class ThroughputTests(SmallRun run) : IClassFixture<SmallRun>
{
    [Fact]
    public void Steps_of_several_accumulated_batches_are_timed_too()
    {
        var spec = SmallRun.Spec with { BatchSize = 4, Optimizer = SmallRun.Spec.Optimizer with { AccumulatedBatches = 2 } };
        using var throughput = new Throughput(new TrainingJob
        {
            Spec = spec, Images = run.Images, CheckpointFolder = "", Report = _ => { },
        });

        Assert.All(throughput.Losses(steps: 12, last: 3), loss => Assert.InRange(loss, 1e-3, 10));
    }
}
