using Bunit;
using Dashboard.Storage;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Testing;
using Dashboard.Web.Datasets;
using Dashboard.Web.Tests.Datasets;
using Hangfire.Logging;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Pages;

public sealed class LabelsPanelTests(PostgresFixture postgres) : BunitContext, IAsyncLifetime
{
    private static readonly Person Ann = new("ann", "Ann", Roles.Member);
    private static readonly Person Ben = new("ben", "Ben", Roles.Member);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private Bunit.TestDoubles.BunitAuthorizationContext? authorization;
    private long id;

    public async ValueTask InitializeAsync()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;

        // Its provider belongs to whichever test started a host last, and is disposed of with it.
        LogProvider.SetCurrentLogProvider(null);
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddDashboardStorage(await postgres.CreateDatabaseAsync(), postgres.CreateFolder());
        Services.AddGate();
        authorization = AddAuthorization();
        await Services.AddPeopleAsync(Ann, Ben);
        id = await AddAsync();
        await Labelled.ImportAsync(Services, id);
        Render<MudPopoverProvider>();
    }

    [Fact]
    public async Task Labels_are_shown_with_counts_pictures_and_what_is_thin()
    {
        var panel = await PanelAsync(Ben);

        Assert.Equal("Labels: 2", panel.Find("summary").TextContent);
        Assert.True(panel.Find("details").HasAttribute("open"));
        Assert.Contains("2nd folder", panel.Markup, StringComparison.Ordinal);
        Assert.Equal(4, panel.FindAll("[data-label=rose] img").Count);
        Assert.Equal($"/api/datasets/{id}/images/7/thumbnail", panel.Find("[data-label=tulip] img").GetAttribute("src"));
        Assert.Contains("tulip", panel.Find("[data-test=thin]").TextContent, StringComparison.Ordinal);
        Assert.Empty(panel.FindAll("[data-test=labels-change]"));
    }

    [Fact]
    public async Task A_label_is_renamed_and_another_left_out_after_a_question()
    {
        var dialogs = Render<MudDialogProvider>();
        var panel = await PanelAsync(Ann);
        await panel.Find("[data-test=labels-change]").ClickAsync(new());
        Assert.Equal(["rose", "tulip"], panel.FindAll("li input[type=text]").Select(field => field.GetAttribute("value")));

        await panel.InvokeAsync(() => panel.FindComponents<MudTextField<string>>()[0].Instance.ValueChanged.InvokeAsync("Rosa"));
        await panel.Find("[aria-label='Use tulip']").ChangeAsync(new ChangeEventArgs { Value = false });
        var saving = panel.Find("[data-test=labels-save]").ClickAsync(new());
        var confirm = dialogs.WaitForElement("[data-test=confirm]", Patience);
        Assert.Contains("8 images will be written anew. You can", dialogs.Markup, StringComparison.Ordinal);
        await confirm.ClickAsync(new());
        await saving;

        var labels = (await Services.GetRequiredService<DatasetQueries>().LabelsAsync(id))!;
        Assert.Equal("Rosa", labels.Wanted!.Rename["rose"]);
        Assert.Equal(["tulip"], labels.Wanted.LeaveOut);
        panel = await PanelAsync(Ann);
        Assert.Equal("Labels: being changed", panel.Find("summary").TextContent);
        Assert.Equal("0", panel.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.Empty(panel.FindAll("[data-test=labels-change]"));
    }

    [Fact]
    public async Task Another_level_is_shown_before_it_counts_and_what_can_t_be_saved_is_said()
    {
        var panel = await PanelAsync(Ann);
        await panel.Find("[data-test=labels-change]").ClickAsync(new());

        await LevelAsync(panel, 1);
        Assert.Equal(["x"], panel.FindAll("li").Select(label => label.GetAttribute("data-label")));
        await panel.Find("[aria-label='Use x']").ChangeAsync(new ChangeEventArgs { Value = false });
        Assert.Contains("Keep one", panel.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.True(panel.Find("[data-test=labels-save]").HasAttribute("disabled"));

        await LevelAsync(panel, 0);
        Assert.Contains("8 images, none with a label", panel.Markup, StringComparison.Ordinal);
        Assert.False(panel.Find("[data-test=labels-save]").HasAttribute("disabled"));
        await panel.Find("[data-test=labels-reset]").ClickAsync(new());
        Assert.Equal(["rose", "tulip"], panel.FindAll("li").Select(label => label.GetAttribute("data-label")));
        await panel.InvokeAsync(() => panel.FindComponents<MudTextField<string>>()[0].Instance.ValueChanged.InvokeAsync(" "));
        Assert.True(panel.Find("[data-test=labels-save]").HasAttribute("disabled"));
    }

    [Fact]
    public async Task Labels_that_a_run_uses_are_shown_and_not_changed()
    {
        await using (var db = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync())
        {
            db.Runs.Add(new Storage.Runs.Run
            {
                Kind = Diffusion.Runs.RunKind.Training, Queue = "training", Name = "a run", Spec = "{}", Position = 1,
                OwnerId = "ben", OwnerName = "Ben", DatasetId = id,
            });
            await db.SaveChangesAsync();
        }

        var panel = await PanelAsync(Ann);

        Assert.False(panel.Find("details").HasAttribute("open"));
        Assert.NotEmpty(panel.FindAll("[data-test=labels-used]"));
        Assert.Empty(panel.FindAll("[data-test=labels-change]"));
    }

    [Fact]
    public async Task An_older_data_set_offers_to_look_for_near_duplicates()
    {
        await using (var db = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync())
        {
            await db.Datasets.ExecuteUpdateAsync(set => set.SetProperty(d => d.IsHashed, false));
        }

        var asked = 0;
        var dataset = await DatasetAsync();
        var panel = Render<NearDuplicatesPanel>(
            p => p.Add(x => x.Dataset, dataset).Add(x => x.MayChange, true).Add(x => x.Look, () => asked++));
        await panel.WaitForElement("[data-test=look]", Patience).ClickAsync(new());
        Assert.Equal(1, asked);

        panel.Render(p => p.Add(x => x.Dataset, dataset with { Phase = "looking", Progress = 0.5 }));
        Assert.Equal("50", panel.WaitForElement("[role=progressbar]", Patience).GetAttribute("aria-valuenow"));
        Assert.Empty(panel.FindAll("[data-test=look]"));
    }

    private static Task LevelAsync(IRenderedComponent<LabelsPanel> panel, int level) => panel.InvokeAsync(
        () => panel.FindComponent<MudSelect<int>>().Instance.ValueChanged.InvokeAsync(level));

    private async Task<DatasetDetail> DatasetAsync() => (await Services.GetRequiredService<DatasetQueries>().GetAsync(id))!;

    private async Task<IRenderedComponent<LabelsPanel>> PanelAsync(Person person)
    {
        authorization!.SignIn(person);
        var dataset = await DatasetAsync();
        var panel = Render<LabelsPanel>(p => p.Add(x => x.Dataset, dataset).Add(x => x.Person, person));
        panel.WaitForState(() => panel.FindAll("details > :not(summary)").Count > 0, Patience);
        return panel;
    }

    // As a row, as in WaitingListTests.
    private async Task<long> AddAsync()
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync();
        var dataset = new Dataset
        {
            Name = "folders", Kind = DatasetKind.Zip, Source = new ZipSource("x.zip").ToJson(), OwnerId = Ann.Id,
            OwnerName = Ann.Name,
        };
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync();
        return dataset.Id;
    }
}
