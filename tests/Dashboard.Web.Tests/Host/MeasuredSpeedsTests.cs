using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Dashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

public sealed class MeasuredSpeedsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly DashboardApp app = new(postgres);

    public ValueTask InitializeAsync() => app.InitializeAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>A run that has ended reports no speed of its own any more; its epochs' do.</summary>
    [Fact]
    public async Task A_finished_run_says_how_fast_the_next_one_will_be()
    {
        var (run, _) = await Rows.RunAsync(app, owner: null, "measured");
        foreach (var (sequence, speed) in new[] { (5, 40.0), (9, 44.0) })
        {
            await app.DatabaseAsync(async db =>
            {
                db.Metrics.Add(new()
                {
                    RunId = run, Sequence = sequence, Name = "perf/images_per_second", Step = sequence, Epoch = 1, ImagesSeen = 1,
                    At = DateTimeOffset.UtcNow, Value = speed,
                });
                return await db.SaveChangesAsync();
            });
        }

        await using var scope = app.Services.CreateAsyncScope();
        var speeds = scope.ServiceProvider.GetRequiredService<MeasuredSpeeds>();

        var template = Presets.All[0].Template;
        Assert.Equal(
            new MeasuredSpeed(44, run, "measured"),
            await speeds.FindAsync(template, TestContext.Current.CancellationToken));
        Assert.Null(await speeds.FindAsync(template with { ImageSize = 32 }, TestContext.Current.CancellationToken));
    }
}
