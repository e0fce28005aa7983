using Bunit;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Testing;
using Dashboard.Web.Activity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class WaitingListTests(PostgresFixture postgres) : BunitContext, IAsyncLifetime
{
    private static readonly Person Ann = new("ann", "Ann", Roles.Member);
    private static readonly Person Ben = new("ben", "Ben", Roles.Member);

    public async ValueTask InitializeAsync()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddDashboardStorage(await postgres.CreateDatabaseAsync(), postgres.CreateFolder());
        Services.AddGate();
        this.SignIn(Ann);
        await Services.AddPeopleAsync(Ann, Ben);
    }

    [Fact]
    public async Task A_run_moves_down_past_another_persons_run()
    {
        await EnqueueAsync("mine", Ann);
        await EnqueueAsync("theirs", Ben);
        await EnqueueAsync("third", Ann);
        await EnqueueAsync("fourth", Ann);

        await DownAsync("mine");
        Assert.Equal(["theirs", "mine", "third", "fourth"], await WaitingAsync());
        await DownAsync("mine");
        await DownAsync("mine");
        Assert.Equal(["theirs", "third", "fourth", "mine"], await WaitingAsync());
        Assert.True((await RenderAsync()).Find("[aria-label='Move mine down']").HasAttribute("disabled"));
    }

    [Fact]
    public async Task A_run_only_changes_places_with_runs_of_its_queue()
    {
        await EnqueueAsync("training", Ann);
        await EnqueueAsync("sampling", Ann, RunKind.Sampling);
        await EnqueueAsync("other training", Ann);

        var list = await RenderAsync();
        Assert.True(list.Find("[aria-label='Move sampling up']").HasAttribute("disabled"));
        Assert.True(list.Find("[aria-label='Move sampling down']").HasAttribute("disabled"));
        await DownAsync("training");
        var waiting = await WaitingAsync();
        Assert.True(waiting.IndexOf("training") > waiting.IndexOf("other training"));
    }

    // As a row: Hangfire, which keeps tickets, logs through a static that belongs to whichever test started a host last.
    private async Task EnqueueAsync(string name, Person owner, RunKind kind = RunKind.Training)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
        var position = 1 + await db.Runs.CountAsync();
        db.Runs.Add(new Run
        {
            Kind = kind, Queue = TicketOffice.QueueOf(kind), Name = name, Spec = "{}", Position = position,
            OwnerId = owner.Id, OwnerName = owner.Name,
        });
        await db.SaveChangesAsync();
    }

    private async Task DownAsync(string name) =>
        await (await RenderAsync()).Find($"[aria-label='Move {name} down']").ClickAsync(new());

    private async Task<IRenderedComponent<WaitingList>> RenderAsync()
    {
        var activity = await Services.GetRequiredService<RunQueries>().ActivityAsync();
        return Render<WaitingList>(p => p.Add(w => w.Runs, activity.Waiting));
    }

    private async Task<List<string>> WaitingAsync() =>
        [.. (await Services.GetRequiredService<RunQueries>().ActivityAsync()).Waiting.Select(r => r.Name)];
}
