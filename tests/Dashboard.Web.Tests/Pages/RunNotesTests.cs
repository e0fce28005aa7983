using Bunit;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Testing;
using Dashboard.Web.RunPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class RunNotesTests(PostgresFixture postgres) : BunitContext, IAsyncLifetime
{
    private static readonly Person Ann = new("ann", "Ann", Roles.Member);

    private Bunit.TestDoubles.BunitAuthorizationContext signedIn = default!;

    private static CancellationToken Stop => Xunit.TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(new CurationLimits());
        Services.AddDashboardStorage(await postgres.CreateDatabaseAsync(), postgres.CreateFolder());
        Services.AddGate();
        signedIn = AddAuthorization();
        await Services.AddPeopleAsync(Ann);
        signedIn.SignIn(Ann);
    }

    [Fact]
    public async Task Notes_are_shown_as_markdown_and_edited_in_place()
    {
        var id = await AddAsync();
        var notes = Render<RunNotes>(p => p.Add(n => n.Run, Item(id)));
        await notes.Find("[data-test=edit-notes]").ClickAsync(new());
        await notes.Find("textarea").InputAsync("*soft* <script>1</script>");
        // The field waits a moment for more letters.
        await Task.Delay(400, Stop);
        await notes.Find("[data-test=save-notes]").ClickAsync(new());

        Assert.Equal("*soft* <script>1</script>", Item(id).Notes);
        notes.Render(p => p.Add(n => n.Run, Item(id)));
        Assert.Equal("soft", notes.Find("[data-test=notes-shown] em").TextContent);
        Assert.Empty(notes.FindAll("script"));
    }

    [Fact]
    public async Task A_tag_is_added_and_taken_away_and_a_wrong_one_is_refused_with_the_remedy()
    {
        var id = await AddAsync();
        var notes = Render<RunNotes>(p => p.Add(n => n.Run, Item(id)));
        await notes.Find("[data-test=add-tag]").InputAsync("two words");
        await notes.Find("form").SubmitAsync();
        Assert.Contains("no spaces", notes.Find("[data-test=problem]").TextContent, StringComparison.Ordinal);

        await notes.Find("[data-test=add-tag]").InputAsync("paper");
        await notes.Find("form").SubmitAsync();
        Assert.Equal(["paper"], Item(id).Tags);
        notes.Render(p => p.Add(n => n.Run, Item(id)));
        Assert.Equal("/runs?tag=paper", notes.Find(".tag a").GetAttribute("href"));
        await notes.Find("[aria-label='Take the tag paper away']").ClickAsync(new());
        Assert.Empty(Item(id).Tags);
    }

    [Fact]
    public async Task Somebody_else_sees_notes_but_can_not_edit_them()
    {
        var id = await AddAsync();
        await Services.GetRequiredService<RunCuration>().ChangeAsync(
            id, new RunChange { Notes = "x", Tags = ["a"] }, Ann, Stop);
        signedIn.SignIn(new Person("ben", "Ben", Roles.Member));
        var notes = Render<RunNotes>(p => p.Add(n => n.Run, Item(id)));
        Assert.Equal("x", notes.Find("[data-test=notes-shown] p").TextContent);
        Assert.Empty(notes.FindAll("button, input"));
    }

    private RunItem Item(long id) => Services.GetRequiredService<RunQueries>().GetAsync(id).GetAwaiter().GetResult()!;

    private async Task<long> AddAsync()
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
        var run = new Run
        {
            Kind = RunKind.Training, Queue = TicketOffice.TrainingQueue, Name = "a run", Spec = "{}", Position = 1,
            OwnerId = Ann.Id, OwnerName = Ann.Name,
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync();
        return run.Id;
    }
}
