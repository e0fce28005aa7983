using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Testing;

namespace Dashboard.Storage.Tests;

/// <summary>How people keep runs in order.</summary>
public sealed class CurationTests(PostgresFixture postgres) : StorageTest(postgres)
{
    private RunCuration Curation => Get<RunCuration>();

    private RunQueries Runs => Get<RunQueries>();

    [Fact]
    public async Task A_change_keeps_what_it_does_not_name()
    {
        var id = await EnqueueAsync("first");
        var before = (await Runs.GetAsync(id, Stop))!.Sequence;
        await ChangeAsync(id, new RunChange { Name = " e\u0301tude ", Notes = "*good*", Tags = ["paper", "paper", "e\u0301"] });
        await ChangeAsync(id, new RunChange { Pinned = true });
        await ChangeAsync(id, new RunChange { MoreTags = ["late"], FewerTags = ["paper"] });

        var run = (await Runs.GetAsync(id, Stop))!;
        Assert.Equal(("\u00e9tude", "*good*", true, false), (run.Name, run.Notes, run.Pinned, run.Archived));
        Assert.Equal(["\u00e9", "late"], run.Tags);
        Assert.True(run.Sequence > before);
        Assert.Contains(
            await Runs.LogsAsync(id, stop: Stop), line => line.Text == "Renamed from “first” to “\u00e9tude” by Ann.");

        var same = run.Sequence;
        await ChangeAsync(id, new RunChange { Name = run.Name, Pinned = true });
        Assert.Equal(same, (await Runs.GetAsync(id, Stop))!.Sequence);
    }

    [Fact]
    public async Task Only_the_owner_and_admins_change_a_run()
    {
        var id = await EnqueueAsync(owner: Ann);
        Assert.Equal(QueueResult.NotAllowed, (await Curation.ChangeAsync(id, new RunChange { Name = "mine" }, Ben, Stop)).Result);
        Assert.Equal("a run", (await Runs.GetAsync(id, Stop))!.Name);
        Assert.True((await Curation.ChangeAsync(id, new RunChange { Name = "ours" }, Admin, Stop)).IsDone);
        Assert.Equal(QueueResult.NotFound, (await Curation.ChangeAsync(999, new RunChange { Name = "x" }, Admin, Stop)).Result);
    }

    [Fact]
    public async Task Each_person_has_an_own_star()
    {
        var id = await EnqueueAsync(owner: Ann);
        await Curation.StarAsync(id, true, Ben, Stop);
        await Curation.StarAsync(id, true, Ben, Stop);
        await Curation.StarAsync(id, true, Ann, Stop);
        await Curation.StarAsync(id, false, Ann, Stop);
        Assert.Equal(["ben"], (await Runs.GetAsync(id, Stop))!.StarredBy);
        Assert.Equal([id], await IdsAsync(new RunFilter(StarredBy: "ben")));
        Assert.Empty(await IdsAsync(new RunFilter(StarredBy: "ann")));
        Assert.Equal(QueueResult.NotFound, (await Curation.StarAsync(999, true, Ann, Stop)).Result);
        var viewer = Ann with { Role = Accounts.Roles.Viewer };
        Assert.Equal(QueueResult.NotAllowed, (await Curation.StarAsync(id, true, viewer, Stop)).Result);
    }

    [Fact]
    public async Task Archived_runs_are_left_out_until_they_are_asked_for()
    {
        var (kept, archived) = (await EnqueueAsync(), await EnqueueAsync());
        await ChangeAsync(archived, new RunChange { Archived = true });
        Assert.Equal([kept], await IdsAsync(new RunFilter()));
        Assert.Equal([archived], await IdsAsync(new RunFilter(Archived: true)));
        Assert.Equal([archived, kept], await IdsAsync(new RunFilter(Archived: null)));
        await ChangeAsync(archived, new RunChange { Archived = false });
        Assert.Equal([archived, kept], await IdsAsync(new RunFilter()));
    }

    [Fact]
    public async Task Pinned_runs_come_first_on_every_page_of_the_list()
    {
        var ids = new List<long>();
        for (var i = 0; i < 7; i++)
        {
            ids.Add(await EnqueueAsync());
        }

        foreach (var pinned in new[] { 0, 2, 3 })
        {
            await ChangeAsync(ids[pinned], new RunChange { Pinned = true });
        }

        var listed = new List<long>();
        string? cursor = null;
        do
        {
            var page = await Runs.ListAsync(new RunFilter(Sort: RunSort.Pinned, Cursor: cursor, Limit: 2), Stop);
            listed.AddRange(page.Items.Select(run => run.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal([ids[3], ids[2], ids[0], ids[6], ids[5], ids[4], ids[1]], listed);
    }

    [Fact]
    public async Task Runs_are_found_by_tag()
    {
        var id = await EnqueueAsync();
        await EnqueueAsync();
        await ChangeAsync(id, new RunChange { Tags = ["paper"] });
        Assert.Equal([id], await IdsAsync(new RunFilter(Tag: "paper")));
        Assert.Empty(await IdsAsync(new RunFilter(Tag: "pape")));
    }

    [Fact]
    public async Task Notes_that_somebody_else_changed_meanwhile_are_not_overwritten()
    {
        var id = await EnqueueAsync();
        await ChangeAsync(id, new RunChange { Notes = "one", NotesBefore = "" });
        var late = await Curation.ChangeAsync(id, new RunChange { Notes = "two", NotesBefore = "" }, Admin, Stop);
        Assert.Equal(QueueResult.NotPossible, late.Result);
        Assert.Equal("one", (await Runs.GetAsync(id, Stop))!.Notes);
    }

    [Fact]
    public async Task Tags_are_not_added_beyond_their_limit()
    {
        var id = await EnqueueAsync();
        await ChangeAsync(id, new RunChange { Tags = [.. Enumerable.Range(0, 20).Select(i => $"tag{i}")] });
        Assert.Equal(
            QueueResult.NotPossible,
            (await Curation.ChangeAsync(id, new RunChange { MoreTags = ["more"] }, Ann, Stop)).Result);
        await ChangeAsync(id, new RunChange { MoreTags = ["tag3"] });
        await ChangeAsync(id, new RunChange { MoreTags = ["more"], FewerTags = ["tag0"] });
        Assert.Equal(20, (await Runs.GetAsync(id, Stop))!.Tags.Count);
    }

    [Theory]
    [InlineData("good", true)]
    [InlineData("paper-2026/fig.3", true)]
    [InlineData("ø+größe", true)]
    [InlineData("हिन्दी", true)]
    [InlineData("שלום", true)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData("two words", false)]
    [InlineData("<b>", false)]
    [InlineData("a,b", false)]
    [InlineData("a\u202eb", false)]
    [InlineData("a\0", false)]
    [InlineData("12345678901234567890123456789012345678901", false)]
    public void A_tag_is_a_short_word(string tag, bool right) => Assert.Equal(right, RunText.CheckTag(tag) is null);

    [Theory]
    [InlineData("<script>alert(1)</script>", true)]
    [InlineData("שלום עולם", true)]
    [InlineData(" ", false)]
    [InlineData("a\nb", false)]
    [InlineData("abc\u202efed", false)]
    [InlineData("a\u2066b", false)]
    [InlineData("a\u2028b", false)]
    public void A_name_is_one_visible_line(string name, bool right) => Assert.Equal(right, RunText.CheckName(name) is null);

    // Runners write the arguments of theories as UTF-8, which has no half pairs.
    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        Assert.NotNull(RunText.CheckName("a\udc00"));
        Assert.NotNull(RunText.CheckTag("\ud800"));
        Assert.NotNull(RunText.CheckNotes("\ud800", new CurationLimits()));
    }

    [Fact]
    public void Ten_kilobytes_are_no_name() =>
        Assert.Contains("200", RunText.CheckName(new string('x', 10_000))!.Message, StringComparison.Ordinal);

    private async Task ChangeAsync(long id, RunChange change) =>
        Assert.True((await Curation.ChangeAsync(id, change, Ann, Stop)).IsDone);

    private async Task<IReadOnlyList<long>> IdsAsync(RunFilter filter) =>
        [.. (await Runs.ListAsync(filter, Stop)).Items.Select(run => run.Id)];
}
