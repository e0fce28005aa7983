using Bunit;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Testing;
using Dashboard.Web.RunPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class RunLogViewTests(PostgresFixture postgres) : BunitContext, IAsyncLifetime
{
    private RunView view = null!;

    public async ValueTask InitializeAsync()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddDashboardStorage(await postgres.CreateDatabaseAsync(), postgres.CreateFolder());
        await using var db = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
        var run = new Run
        {
            Kind = RunKind.Training, Queue = TicketOffice.QueueOf(RunKind.Training), Name = "a run", Spec = "{}", Position = 1,
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync();
        db.RunLogs.AddRange(
            Line(run.Id, 1, RunLogLevel.Information, "Queued by Ann."), Line(run.Id, 2, RunLogLevel.Warning, "Interrupted."),
            Line(run.Id, 3, RunLogLevel.Error, "Failed: It broke.", "at Dashboard.Here()"));
        await db.SaveChangesAsync();
        view = new RunView((await Services.GetRequiredService<RunQueries>().GetAsync(run.Id))!);
    }

    [Fact]
    public void The_log_is_filtered_by_level_and_folds_a_stack_trace()
    {
        var log = Render<RunLogView>(p => p.Add(l => l.View, view));
        log.WaitForAssertion(() => Assert.Equal(3, log.FindAll(".line").Count));
        Assert.Equal("at Dashboard.Here()", log.Find("details:not([open]) pre").TextContent);
        Assert.Equal("true", log.Find("[data-level=all]").GetAttribute("aria-current"));
        Assert.EndsWith("?level=warning", log.Find("[data-level=warning]").GetAttribute("href"), StringComparison.Ordinal);

        log.Render(p => p.Add(l => l.Level, "warning"));
        log.WaitForAssertion(() => Assert.Equal(
            ["Interrupted.", "Failed: It broke."], log.FindAll(".line span").Select(line => line.TextContent)));
        Assert.Equal("true", log.Find("[data-level=warning]").GetAttribute("aria-current"));
        Assert.Equal(
            $"/api/runs/{view.Run.Id}/log?level=warning", log.Find("[data-test=download-log]").GetAttribute("href"));

        // A word that is no level shows all.
        log.Render(p => p.Add(l => l.Level, "loud"));
        log.WaitForAssertion(() => Assert.Equal(3, log.FindAll(".line").Count));
    }

    private static RunLog Line(long run, long sequence, RunLogLevel level, string text, string? detail = null) => new()
    {
        RunId = run, Sequence = sequence, At = DateTimeOffset.UnixEpoch, Level = level, Text = text, Detail = detail,
    };
}
