using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Bunit;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Testing;
using Dashboard.Web.Accounts;
using Dashboard.Web.Datasets;
using Dashboard.Web.Limits;
using Dashboard.Web.RunPages;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

/// <summary>What was opened before a person's rights ended writes nothing afterwards.</summary>
public sealed partial class GateTests(PostgresFixture postgres) : BunitContext, IAsyncLifetime
{
    private static readonly Person Ada = new("ada", "Ada", Roles.Admin);
    private static readonly Person Ann = new("ann", "Ann", Roles.Member);

    private Bunit.TestDoubles.BunitAuthorizationContext authorization = default!;

    private string SignInPage => Services.GetRequiredService<NavigationManager>().BaseUri + Addresses.SignIn[1..];

    public async ValueTask InitializeAsync()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        Services.AddDashboardStorage(await postgres.CreateDatabaseAsync(), postgres.CreateFolder());
        Services.AddPages();
        Services.AddDatasetPages();
        Services.AddLimits();
        Services.AddGate();
        // Before the first service is asked for: none can be added afterwards.
        authorization = this.AddAuthorization();
        await Services.AddPeopleAsync(Ada, Ann);
    }

    /// <summary>As an admin sets it, and as a hand in the database would: without a new stamp.</summary>
    public static TheoryData<string> Endings =>
    [
        "UPDATE accounts SET lockout_end = 'infinity', security_stamp = 'new'",
        "UPDATE accounts SET lockout_end = 'infinity'",
        "UPDATE accounts SET security_stamp = 'new'",
        "UPDATE account_roles SET role_id = 'viewer'",
        "DELETE FROM accounts",
    ];

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task An_open_confirmation_deletes_nothing(string ending)
    {
        authorization.SignIn(Ada);
        var id = await AddDatasetAsync(owner: "somebody else");
        var dialogs = Render<MudDialogProvider>();
        var page = Render<DatasetPage>(p => p.Add(d => d.Id, id));
        page.WaitForState(() => Buttons(page, "Delete").Any());
        // The click ends only with the answer to the question.
        var asked = Buttons(page, "Delete").Single().ClickAsync(new());
        dialogs.WaitForState(() => Buttons(dialogs, "Delete").Any());

        await ExecuteAsync(ending);
        await Buttons(dialogs, "Delete").Single().ClickAsync(new());
        await asked;

        await page.WaitForAssertionAsync(AssertLeft);
        Assert.True(await ExistsAsync("SELECT id FROM datasets"));
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task An_open_form_makes_no_data_set(string ending)
    {
        authorization.SignIn(Ann);
        var dialogs = Render<MudDialogProvider>();
        var service = Services.GetRequiredService<IDialogService>();
        await dialogs.InvokeAsync(() => service.ShowAsync<NewDatasetDialog>("Add a data set"));
        dialogs.WaitForElement("input");
        await dialogs.Find("input").InputAsync(new() { Value = "flowers" });
        var dialog = dialogs.FindComponent<NewDatasetDialog>();
        var kinds = dialog.FindComponent<MudRadioGroup<DatasetKind>>().Instance;
        await dialog.InvokeAsync(() => kinds.ValueChanged.InvokeAsync(DatasetKind.DrawnFlowers));

        await ExecuteAsync(ending);
        await Buttons(dialogs, "Draw").Single().ClickAsync(new());

        await dialogs.WaitForAssertionAsync(AssertLeft);
        Assert.False(await ExistsAsync("SELECT id FROM datasets"));
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public async Task A_button_of_an_open_page_changes_no_run(string ending)
    {
        authorization.SignIn(Ann);
        var run = await AddRunAsync(Ann);
        Render<MudPopoverProvider>();
        var actions = Render<RunActions>(p => p.Add(a => a.Run, run));

        await ExecuteAsync(ending);
        await actions.Find("[aria-label^='Pause'], button:contains('Pause')").ClickAsync(new());

        await actions.WaitForAssertionAsync(AssertLeft);
        Assert.True(await ExistsAsync("SELECT id FROM runs WHERE state = 'Queued'"));
    }

    [Fact]
    public async Task A_temporary_lock_takes_nothing_away()
    {
        authorization.SignIn(Ann);
        await ExecuteAsync("UPDATE accounts SET lockout_end = now() + interval '15 minutes', access_failed_count = 5");
        var done = await Services.GetRequiredService<WriteGate>().DoAsync(person => Task.FromResult(person.Name));
        Assert.Equal("Ann", done);
    }

    [Fact]
    public async Task Storage_asks_again_even_where_no_page_did()
    {
        await ExecuteAsync("UPDATE accounts SET lockout_end = 'infinity'");
        var queue = Services.GetRequiredService<RunQueue>();
        var store = Services.GetRequiredService<DatasetStore>();
        var run = (await AddRunAsync(Ann)).Id;
        await Refused(() => queue.EnqueueAsync(new RunSubmission(RunKind.Training, "a", "{}"), Ann));
        await Refused(() => queue.CloneAsync(run, Ann));
        await Refused(() => queue.CancelAsync(run, Ann));
        await Refused(() => queue.MoveLastAsync(run, Ada));
        await Refused(() => store.CreateAsync("a", new DrawnSource(10, 32, 1), Ann));
        await Refused(() => store.DeleteAsync(1, Ada));

        static Task Refused(Func<Task> write) => Assert.ThrowsAsync<RightsEndedException>(write);
    }

    [Fact]
    public async Task An_admin_who_was_lowered_changes_only_their_own()
    {
        var run = (await AddRunAsync(Ann)).Id;
        await ExecuteAsync("UPDATE account_roles SET role_id = 'member'");
        var outcome = await Services.GetRequiredService<RunQueue>().CancelAsync(run, Ada);
        Assert.Equal(QueueResult.NotAllowed, outcome.Result);
    }

    [Fact]
    public void Everything_is_closed_when_rights_end()
    {
        authorization.SignIn(Ann);
        Services.GetRequiredService<NavigationManager>().NavigateTo("/datasets/9?label=rose");
        var watch = Render<RightsWatch>();
        authorization.SetNotAuthorized();
        watch.WaitForAssertion(AssertLeft);
        Assert.EndsWith(Uri.EscapeDataString("/datasets/9?label=rose"), NavigatedTo().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void The_layout_of_every_page_watches() => Assert.Contains(
        "<RightsWatch />",
        File.ReadAllText(Path.Combine(Repository.Root, "src/Dashboard.Web/Shared/MainLayout.razor")),
        StringComparison.Ordinal);

    [Fact]
    public void No_component_writes_but_through_the_gate()
    {
        var source = Path.Combine(Repository.Root, "src", "Dashboard.Web");
        var ungated = Directory.EnumerateFiles(source, "*.razor*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file).Split('.', 2)[1] is "razor" or "razor.cs")
            .SelectMany(file => Write().Matches(File.ReadAllText(file))
                .Where(write => !write.Value.Contains("Gate.DoAsync(", StringComparison.Ordinal))
                .Select(write => $"{Path.GetFileName(file)}: {write.Value.Trim()}"));
        Assert.Empty(ungated);
    }

    /// <summary>A statement up to a call of what takes wishes: <c>Queue.PauseAsync(</c>, <c>Intake.EnqueueAsync(</c>.</summary>
    [GeneratedRegex(
        @"[^;{}]*\b((Queue|Book|Intake|Store|Curation)\.\w+|Labelling\.Change|Deletion\.(Delete|Restore))Async\([^;]*;")]
    private static partial Regex Write();

    private static IEnumerable<IElement> Buttons<T>(IRenderedComponent<T> within, string text)
        where T : IComponent => within.FindAll("button").Where(b => b.TextContent.Trim() == text);

    private Bunit.TestDoubles.NavigationHistory NavigatedTo() =>
        ((Bunit.TestDoubles.BunitNavigationManager)Services.GetRequiredService<NavigationManager>()).History.First();

    private void AssertLeft()
    {
        var navigation = (Bunit.TestDoubles.BunitNavigationManager)Services.GetRequiredService<NavigationManager>();
        Assert.StartsWith(SignInPage, navigation.Uri, StringComparison.Ordinal);
        Assert.True(NavigatedTo().Options.ForceLoad);
    }

    private async Task<long> AddDatasetAsync(string owner)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
        var set = new Dataset
        {
            Name = "roses", Kind = DatasetKind.Zip, State = DatasetState.Failed, Error = "It broke.", OwnerId = owner,
            OwnerName = owner,
        };
        db.Datasets.Add(set);
        await db.SaveChangesAsync();
        return set.Id;
    }

    private async Task<RunItem> AddRunAsync(Person owner)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
        var run = new Run
        {
            Kind = RunKind.Training, Queue = TicketOffice.TrainingQueue, Name = "a run", Spec = "{}", Position = 1,
            OwnerId = owner.Id, OwnerName = owner.Name,
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync();
        return (await Services.GetRequiredService<RunQueries>().GetAsync(run.Id))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        if (sql.Contains("'viewer'", StringComparison.Ordinal))
        {
            await Services.AddPeopleAsync(new Person("vic", "Vic", Roles.Viewer));
        }

        await using var command = Services.GetRequiredService<Npgsql.NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> ExistsAsync(string sql)
    {
        await using var command = Services.GetRequiredService<Npgsql.NpgsqlDataSource>().CreateCommand(sql);
        return await command.ExecuteScalarAsync() is not null;
    }
}
