using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Queue;
using Dashboard.Testing;

namespace Dashboard.Storage.Tests;

/// <summary>Labels as an import found them, and changes of them.</summary>
public sealed class LabelTests(PostgresFixture postgres) : StorageTest(postgres)
{
    private static readonly LabelOptions ByFolders = new() { Level = 1, UseSplits = true };

    private DatasetStore Book => Get<DatasetStore>();

    private DatasetQueries Queries => Get<DatasetQueries>();

    private DatasetLabelling Labelling => Get<DatasetLabelling>();

    private string Folder(long id) => Get<DatasetFiles>().Folder(id);

    [Fact]
    public async Task What_an_import_found_is_kept_with_its_options()
    {
        var id = await ImportedAsync(new ZipSource("x.zip") { Labels = ByFolders });

        var labels = (await Queries.LabelsAsync(id, Stop))!;

        Assert.Equal((1, true), (labels.Options.Level, labels.Options.UseSplits));
        Assert.Equal(2, labels.Findings!.Level);
        Assert.Equal([new FolderCount("rose", 4), new FolderCount("tulip", 1)], labels.Findings.Labels);
        Assert.Equal(
            [("rose", 4, 3, 1, 0), ("tulip", 1, 1, 0, 0)],
            labels.Labels.Select(use => (use.Label, use.Images, use.Training, use.Validation, use.LeftOut)));
        Assert.Equal([0, 1, 2, 3], labels.Labels[0].Samples);
        Assert.Equal(1, labels.Unlabelled);
        Assert.Equal(["tulip"], labels.ThinLabels);
        Assert.Contains(labels.NameEncodings, encoding => encoding.Id == "gbk");
        Assert.Null(labels.Wanted);
        Assert.Equal(["tulip"], (await Queries.GetAsync(id, Stop))!.ThinLabels);
        Assert.Null(await Queries.LabelsAsync(id + 1, Stop));
    }

    [Fact]
    public async Task A_data_set_of_before_has_labels_all_the_same_and_was_not_searched_for_near_duplicates()
    {
        var id = await ImportedAsync(new ZipSource("x.zip"));
        await ExecuteAsync($"UPDATE datasets SET labels = NULL, is_hashed = false WHERE id = {id}");

        var labels = (await Queries.LabelsAsync(id, Stop))!;

        Assert.Null(labels.Findings);
        Assert.Equal(["rose", "tulip"], labels.Labels.Select(use => use.Label));
        Assert.Empty(labels.NameEncodings);
        Assert.False((await Queries.GetAsync(id, Stop))!.ChangesLabels);
        Assert.False((await Queries.NearDuplicatesAsync(id, Stop)).IsSearched);

        Assert.Equal(DatasetResult.NotAllowed, (await Book.HashAsync(id, Ben, Stop)).Result);
        Assert.Equal(DatasetResult.Done, (await Book.HashAsync(id, Ann, Stop)).Result);
        var recorder = new HashRecorder(Source, id);
        Assert.True(await recorder.StartAsync(Stop));
        await recorder.ReportAsync(0.5, Stop);
        Assert.Equal(0.5, (await Queries.GetAsync(id, Stop))!.Progress);
        await recorder.CompleteAsync([1, 1, 2, 3, null, 4], Stop);

        var near = await Queries.NearDuplicatesAsync(id, Stop);
        Assert.True(near.IsSearched);
        Assert.Null((await Queries.GetAsync(id, Stop))!.Phase);
        Assert.Equal(DatasetResult.NotPossible, (await Book.HashAsync(id, Ann, Stop)).Result);
        Assert.False(await recorder.StartAsync(Stop));
    }

    [Fact]
    public async Task A_change_writes_all_rows_and_the_index_and_keeps_what_a_person_left_out()
    {
        var id = await ImportedAsync(new ZipSource("x.zip"));
        await Book.LeaveOutAsync(id, [1], true, Ann, Stop);
        var wanted = new LabelOptions { Rename = new Dictionary<string, string> { ["rose"] = " Rosa " }, LeaveOut = ["tulip"] };

        var (outcome, problems) = await Labelling.ChangeAsync(id, wanted, Ann, Stop);

        Assert.Empty(problems);
        Assert.Equal(DatasetResult.Done, outcome.Result);
        Assert.Equal(2, await TicketsAsync());
        var waiting = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal((true, DatasetState.Ready, "waiting for a worker"), (waiting.ChangesLabels, waiting.State, waiting.Phase));

        var recorder = new LabelRecorder(Source, id);
        var change = (await recorder.StartAsync(Stop))!;
        Assert.Equal("Rosa", change.Wanted.Rename["rose"]);
        await recorder.ReportAsync(0.5, "writing", Stop);
        var written = 0;
        Assert.True(await recorder.CompleteAsync(
            change,
            [.. Enumerable.Range(0, 6).Select(i => new RelabelledImage(
                $"new {i}", i < 4 ? "Rosa" : i == 4 ? "tulip" : null, i == 0, i == 4 ? true : null))],
            new LabelFindings(2, [], [], new SplitCounts(0, 0, 0)), "g", () => written++, Stop));

        Assert.Equal(1, written);
        var detail = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal(
            (false, null, 1.0, "g", 1, 2),
            (detail.ChangesLabels, detail.Phase, detail.Progress, detail.Fingerprint, detail.LabelCount, detail.LeftOutCount));
        Assert.Equal([1, 4], await Book.LeftOutAsync(id, Stop));
        Assert.Equal("new 3", (await Queries.ImageAsync(id, 3, stop: Stop))!.Image.Name);
        Assert.Equal("Rosa", (await Queries.LabelsAsync(id, Stop))!.Options.Rename["rose"]);
        Assert.Null(await recorder.StartAsync(Stop));
    }

    [Fact]
    public async Task What_is_wanted_meanwhile_comes_first_and_a_failure_leaves_all_as_it_was()
    {
        var id = await ImportedAsync(new ZipSource("x.zip"));
        await Labelling.ChangeAsync(id, new LabelOptions { Level = 1 }, Ann, Stop);
        var recorder = new LabelRecorder(Source, id);
        var stale = (await recorder.StartAsync(Stop))!;
        await Labelling.ChangeAsync(id, new LabelOptions { Level = 0 }, Ann, Stop);

        Assert.False(await recorder.CompleteAsync(
            stale, [], new LabelFindings(1, [], [], new SplitCounts(0, 0, 0)), "g",
            () => Assert.Fail("nothing was to be written"), Stop));
        Assert.Equal(0, (await recorder.StartAsync(Stop))!.Wanted.Level);

        await recorder.FailAsync("The disk is full.", Stop);
        var labels = (await Queries.LabelsAsync(id, Stop))!;
        Assert.Equal((null, "The disk is full.", null), (labels.Options.Level, labels.Error, labels.Wanted));
        Assert.Equal(["rose", "tulip"], labels.Labels.Select(use => use.Label));
    }

    [Theory]
    [InlineData(RunState.Queued)]
    [InlineData(RunState.Succeeded)]
    public async Task Labels_that_a_run_uses_stay(RunState state)
    {
        var id = await ImportedAsync(new ZipSource("x.zip"));
        await Labelling.ChangeAsync(id, new LabelOptions { Level = 0 }, Ann, Stop);
        var recorder = new LabelRecorder(Source, id);
        var change = (await recorder.StartAsync(Stop))!;
        var run = await Queue.EnqueueAsync(new RunSubmission(RunKind.Training, "a run", "{}", id), Ben, Stop);
        await ExecuteAsync($"UPDATE runs SET state = '{state}' WHERE id = {run}");

        var (outcome, _) = await Labelling.ChangeAsync(id, new LabelOptions(), Ann, Stop);
        Assert.Equal(DatasetResult.InUse, outcome.Result);
        Assert.Contains("Delete those runs", outcome.Reason, StringComparison.Ordinal);

        // And one that comes while the change is worked out.
        Assert.True(await recorder.CompleteAsync(
            change, [.. Enumerable.Range(0, 6).Select(i => new RelabelledImage("x", null, false, null))],
            new LabelFindings(null, [], [], new SplitCounts(0, 0, 0)), "g",
            () => Assert.Fail("nothing was to be written"), Stop));
        var labels = (await Queries.LabelsAsync(id, Stop))!;
        Assert.Contains("Delete those runs", labels.Error, StringComparison.Ordinal);
        Assert.Equal(["rose", "tulip"], labels.Labels.Select(use => use.Label));
    }

    [Fact]
    public async Task Only_those_who_may_change_a_ready_data_set_change_its_labels()
    {
        var id = await ImportedAsync(new ZipSource("x.zip"));
        var importing = (await Book.CreateAsync("other", new ZipSource("y.zip"), Ann, stop: Stop)).Id;

        Assert.Equal(DatasetResult.NotAllowed, (await Labelling.ChangeAsync(id, ByFolders, Ben, Stop)).Outcome.Result);
        Assert.Equal(DatasetResult.NotFound, (await Labelling.ChangeAsync(99, ByFolders, Ann, Stop)).Outcome.Result);
        Assert.Equal(DatasetResult.NotPossible, (await Labelling.ChangeAsync(importing, ByFolders, Ann, Stop)).Outcome.Result);
        File.Delete(Path.Combine(Folder(id), "images.json"));
        Assert.Equal(DatasetResult.NotPossible, (await Labelling.ChangeAsync(id, ByFolders, Admin, Stop)).Outcome.Result);
    }

    [Theory]
    [InlineData("level", "{\"level\":-1}")]
    [InlineData("level", "{\"level\":9}")]
    [InlineData("level", "{\"level\":4}")]
    [InlineData("useSplits", "{\"useSplits\":true}")]
    [InlineData("nameEncoding", "{\"nameEncoding\":\"klingon\"}")]
    [InlineData("nameEncoding", "{\"nameEncoding\":\"gbk\"}")]
    [InlineData("rename", "{\"rename\":{\"lily\":\"x\"}}")]
    [InlineData("rename", "{\"rename\":{\"rose\":\"\"}}")]
    [InlineData("rename", "{\"rename\":{\"rose\":null}}")]
    [InlineData("rename", "{\"rename\":{\"rose\":\"a\\nb\"}}")]
    [InlineData("leaveOut", "{\"leaveOut\":[\"lily\"]}")]
    [InlineData("leaveOut", "{\"leaveOut\":[null]}")]
    [InlineData("leaveOut", "{\"level\":1,\"leaveOut\":[\"x\"]}")]
    public async Task Options_that_can_t_be_are_refused_by_their_field(string field, string json)
    {
        var id = await ImportedAsync(new ZipSource("x.zip"), stray: false);
        var wanted = JsonSerializer.Deserialize<LabelOptions>(json, JsonSerializerOptions.Web)!;

        var (_, problems) = await Labelling.ChangeAsync(id, wanted, Ann, Stop);

        Assert.Equal(field, Assert.Single(problems).Field);
        Assert.False((await Queries.GetAsync(id, Stop))!.ChangesLabels);
    }

    [Fact]
    public async Task A_preview_shows_what_another_level_would_give()
    {
        var id = await ImportedAsync(new ZipSource("x.zip"));

        var preview = (await Labelling.PreviewAsync(id, new LabelOptions { Level = 1 }, Stop))!;
        Assert.Equal(("x", 5), (Assert.Single(preview.Labels).Folder, preview.Labels[0].Images));
        Assert.Equal([0, 1, 2, 3], preview.Labels[0].Samples);
        Assert.Equal(1, preview.Unlabelled);

        Assert.Equal(
            ["rose", "tulip"],
            (await Labelling.PreviewAsync(id, new LabelOptions(), Stop))!.Labels.Select(label => label.Folder));
        Assert.Null(await Labelling.PreviewAsync(id + 1, new LabelOptions(), Stop));
    }

    /// <summary>x/rose with four images, x/tulip with one, and one beside them.</summary>
    private async Task<long> ImportedAsync(DatasetSource source, bool stray = true)
    {
        var id = (await Book.CreateAsync("flowers", source, Ann, stop: Stop)).Id;
        string[] names = ["x/rose/0.png", "x/rose/1.png", "x/rose/2.png", "x/rose/3.png", "x/tulip/4.png", "5.png"];
        names = names[..(stray ? 6 : 5)];
        var found = FolderLabels.Of(names);
        var recorder = new DatasetRecorder(Source, id);
        await recorder.StartAsync(Stop);
        recorder.Found(found.Findings with { NameEncoding = "ibm850" });
        foreach (var (i, name) in names.Index())
        {
            await recorder.AddImageAsync(i, name, found.For(name).Label, 10, 10, [1], Stop);
        }

        await recorder.CompleteAsync([0], 2, 60, "f", Stop);
        Directory.CreateDirectory(Folder(id));
        await File.WriteAllTextAsync(
            Path.Combine(Folder(id), "images.json"),
            JsonSerializer.Serialize(new
            {
                fingerprint = "f",
                images = names.Select(name => new { name, label = found.For(name).Label, offset = 0, length = 1 }),
            }),
            Stop);
        return id;
    }
}
