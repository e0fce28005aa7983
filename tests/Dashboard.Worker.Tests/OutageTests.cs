using Dashboard.Diffusion.Runs;
using Dashboard.Testing;

namespace Dashboard.Worker.Tests;

/// <summary>On a server of its own, for it goes away.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_run_outlives_a_Postgres_that_is_gone_for_longer_than_its_lease()
    {
        await using var postgres = new PostgresFixture();
        await using var stage = new Stage(postgres);
        await stage.InitializeAsync();
        await using var worker = stage.StartWorker();
        var id = await stage.TrainAsync(epochs: 300);
        await stage.WaitAsync(id, r => r.Progress.Epoch >= 1, worker);

        await postgres.AbortServerAsync();
        await Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await postgres.StartServerAsync();

        var before = await stage.RunAsync(id);
        var after = await stage.WaitAsync(id, r => r.Progress.Epoch > before.Progress.Epoch + 2 || r.EndedAt is not null, worker);
        Assert.True(after.State is RunState.Running or RunState.Succeeded, after.Error);
        Assert.Equal(1, after.Attempt);
        var kids = (await stage.Runs.MetricsAsync(id, ["val/kid"], 20_000, stop: TestContext.Current.CancellationToken))
            .Single().Points;
        Assert.Equal(Enumerable.Range(1, kids.Count), kids.Select(p => p.Epoch));
        await stage.ClearAsync();
    }
}
