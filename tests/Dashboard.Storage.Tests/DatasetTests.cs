using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Queue;
using Dashboard.Testing;

namespace Dashboard.Storage.Tests;

public sealed class DatasetTests(PostgresFixture postgres) : StorageTest(postgres)
{
    private static readonly DrawnSource Flowers = new(10, 32, 1);

    private DatasetStore Book => Get<DatasetStore>();

    private DatasetQueries Queries => Get<DatasetQueries>();

    private DatasetFiles Files => Get<DatasetFiles>();

    [Fact]
    public async Task A_data_set_and_its_ticket_come_together_and_a_name_comes_once()
    {
        var upload = Path.Combine(Postgres.CreateFolder(), "upload.part");
        await File.WriteAllTextAsync(upload, "zip", Stop);

        var made = await Book.CreateAsync("roses", new ZipSource("roses.zip"), Ann, upload, Stop);
        Assert.Equal(DatasetResult.Done, made.Result);
        Assert.False(File.Exists(upload));
        Assert.Equal("zip", await File.ReadAllTextAsync(Files.Upload(made.Id), Stop));
        Assert.Equal(1, await TicketsAsync());

        await File.WriteAllTextAsync(upload, "another", Stop);
        Assert.Equal(
            DatasetResult.NameTaken, (await Book.CreateAsync("roses", new ZipSource("b.zip"), Ben, upload, Stop)).Result);
        Assert.True(File.Exists(upload));
        Assert.Equal(1, await TicketsAsync());
        Assert.Equal(made.Id, Assert.Single(await Queries.ListAsync(Stop)).Id);
    }

    [Fact]
    public async Task A_source_comes_back_from_the_database_as_it_was()
    {
        DatasetSource[] sources =
        [
            Flowers, new ZipSource("a “b”.zip"), new FolderSource("/data/x"), new OxfordSource(new Uri("http://mirror/x/")),
            new OxfordSource()
        ];
        foreach (var (number, source) in sources.Index())
        {
            var made = await Book.CreateAsync($"set {number}", source, Ann, stop: Stop);
            Assert.Equal(source, await new DatasetRecorder(Source, made.Id).StartAsync(Stop));
        }
    }

    [Fact]
    public async Task What_an_import_finds_is_there_at_its_end()
    {
        var id = await ImportingAsync();
        var recorder = new DatasetRecorder(Source, id);
        await recorder.StartAsync(Stop);
        for (var i = 0; i < 600; i++)
        {
            await recorder.AddImageAsync(i, $"{i}.png", i % 3 == 0 ? "rose" : "tulip", 20 + (i % 2), 30, [1, 2, (byte)i], Stop);
        }

        await recorder.AddProblemAsync("bad.jpg", "corrupt", Stop);
        await recorder.ReportAsync(0.5, "reading", Stop);
        await recorder.FlushAsync(Stop);
        var half = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal(
            (DatasetState.Importing, 600, 1, 0.5, "reading"),
            (half.State, half.ImageCount, half.SkippedCount, half.Progress, half.Phase));

        await recorder.CompleteAsync([.. Enumerable.Range(0, 120)], 2, 1234, "abc", Stop);

        var whole = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal(
            (DatasetState.Ready, 480, 120, 1234L, "abc"),
            (whole.State, whole.TrainingCount, whole.ValidationCount, whole.Bytes, whole.Fingerprint));
        Assert.Equal([new LabelCount("tulip", 400), new LabelCount("rose", 200)], whole.Labels);
        Assert.Equal([new ProblemItem("bad.jpg", "corrupt")], whole.Problems);
        Assert.Equal(600, whole.Sizes.Sum(s => s.Count));
        Assert.Equal([1, 2, 7], (await Queries.ThumbnailAsync(id, 7, Stop))!.Value.Bytes);

        var page = await Queries.ImagesAsync(id, 118, 4, null, Stop);
        Assert.Equal(
            [(118, "validation"), (119, "validation"), (120, "training"), (121, "training")],
            page.Select(i => (i.Index, i.Split)));
        Assert.Equal([6, 9], (await Queries.ImagesAsync(id, 2, 2, "rose", Stop)).Select(i => i.Index));

        // A ticket that comes twice finds nothing to do.
        Assert.Null(await new DatasetRecorder(Source, id).StartAsync(Stop));
    }

    [Fact]
    public async Task An_import_that_starts_again_starts_from_nothing()
    {
        var id = await ImportingAsync();
        var killed = new DatasetRecorder(Source, id);
        await killed.StartAsync(Stop);
        await killed.AddImageAsync(0, "a.png", null, 10, 10, [1], Stop);
        await killed.AddProblemAsync("b.png", "corrupt", Stop);
        await killed.FlushAsync(Stop);

        Assert.Equal(Flowers, await new DatasetRecorder(Source, id).StartAsync(Stop));

        var dataset = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal((0, 0, 0), (dataset.ImageCount, dataset.SkippedCount, dataset.Problems.Count));
        Assert.Empty(await Queries.ImagesAsync(id, 0, 10, null, Stop));
    }

    [Fact]
    public async Task A_failed_import_leaves_its_reason_and_nothing_else_and_can_be_started_again()
    {
        var id = await ImportingAsync();
        var recorder = new DatasetRecorder(Source, id);
        await recorder.StartAsync(Stop);
        await recorder.AddImageAsync(0, "a.png", null, 10, 10, [1], Stop);
        await recorder.FlushAsync(Stop);
        Directory.CreateDirectory(Files.Unfinished(id));

        await Book.FailAsync(id, "The disk is full.", Stop);

        var dataset = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal(
            (DatasetState.Failed, "The disk is full.", 0, 0),
            (dataset.State, dataset.Error, dataset.ImageCount, dataset.TrainingCount));
        Assert.False(Directory.Exists(Files.Unfinished(id)));
        await Assert.ThrowsAsync<DatasetGoneException>(() => recorder.FlushAsync(Stop));

        Assert.Equal(DatasetResult.NotAllowed, (await Book.RetryAsync(id, Ben, Stop)).Result);
        Assert.Equal(DatasetResult.Done, (await Book.RetryAsync(id, Ann, Stop)).Result);
        Assert.Equal(2, await TicketsAsync());
        Assert.Equal(DatasetResult.NotPossible, (await Book.RetryAsync(id, Ann, Stop)).Result);
    }

    [Fact]
    public async Task Only_its_owner_or_an_admin_deletes_a_data_set_and_nobody_while_runs_use_it()
    {
        var id = await ImportingAsync();
        Directory.CreateDirectory(Files.Folder(id));
        var run = await Queue.EnqueueAsync(new RunSubmission(RunKind.Training, "a run", "{}", id), Ben, Stop);

        Assert.Equal(DatasetResult.NotFound, (await Book.DeleteAsync(id + 1, Admin, Stop)).Result);
        Assert.Equal(DatasetResult.NotAllowed, (await Book.DeleteAsync(id, Ben, Stop)).Result);
        Assert.Equal(DatasetResult.InUse, (await Book.DeleteAsync(id, Ann, Stop)).Result);
        Assert.True(Directory.Exists(Files.Folder(id)));

        await ExecuteAsync($"DELETE FROM runs WHERE id = {run}");
        Assert.Equal(DatasetResult.Done, (await Book.DeleteAsync(id, Admin, Stop)).Result);
        Assert.Null(await Queries.GetAsync(id, Stop));
        Assert.False(Directory.Exists(Files.Folder(id)));
    }

    [Fact]
    public async Task A_name_is_changed_unless_another_has_it()
    {
        var id = await ImportingAsync();
        await Book.CreateAsync("tulips", Flowers, Ann, stop: Stop);

        Assert.Equal(DatasetResult.NameTaken, (await Book.RenameAsync(id, "tulips", Ann, Stop)).Result);
        Assert.Equal(DatasetResult.Done, (await Book.RenameAsync(id, "roses", Ann, Stop)).Result);
        Assert.Equal("roses", (await Queries.GetAsync(id, Stop))!.Name);
    }

    [Fact]
    public async Task Images_are_left_out_and_used_again_by_those_who_may_change_the_data_set()
    {
        var id = await ImportedAsync();

        Assert.Equal(DatasetResult.NotAllowed, (await Book.LeaveOutAsync(id, [1], true, Ben, Stop)).Result);
        Assert.Equal(DatasetResult.NotFound, (await Book.LeaveOutAsync(id + 1, [1], true, Ann, Stop)).Result);
        Assert.Equal(DatasetResult.NotPossible, (await Book.LeaveOutAsync(id, [99], true, Ann, Stop)).Result);
        Assert.Equal(DatasetResult.Done, (await Book.LeaveOutAsync(id, [0, 4], true, Ann, Stop)).Result);

        Assert.Equal([0, 4], await Book.LeftOutAsync(id, Stop));
        var detail = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal((6, 3, 1, 2), (detail.ImageCount, detail.TrainingCount, detail.ValidationCount, detail.LeftOutCount));
        Assert.NotNull(detail.TooSmall);
        var facts = await Queries.FactsAsync(id, Stop);
        Assert.Equal((3, 1), (facts.TrainImages, facts.ValidationImages));
        Assert.True((await Queries.ImageAsync(id, 4, stop: Stop))!.Image.LeftOut);

        Assert.Equal(DatasetResult.Done, (await Book.LeaveOutAsync(id, [0, 4], false, Admin, Stop)).Result);
        Assert.Empty(await Book.LeftOutAsync(id, Stop));
        Assert.Null((await Queries.GetAsync(id, Stop))!.TooSmall);
    }

    [Fact]
    public async Task What_is_known_of_pictures_is_told()
    {
        var id = await ImportedAsync();

        var detail = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal((1, 1, "#000000"), (detail.TransparentCount, detail.AnimatedCount, detail.Background));
        Assert.Null(detail.TooSmall);
        Assert.Equal([null], (await Queries.ListAsync(Stop)).Select(d => d.TooSmall));

        // Of six: 0 to 3 trained on, 4 and 5 held out; rose has 0, 2 and 4, tulip 1 and 3, and lily 5 alone.
        Assert.Equal(["lily"], (await Queries.FactsAsync(id, Stop)).ThinLabels);
        var rose = (await Queries.ImageAsync(id, 2, "rose", Stop))!;
        Assert.Equal((2, 3, 0, 4), (rose.Place, rose.Count, rose.Previous, rose.Next));
        var first = (await Queries.ImageAsync(id, 0, stop: Stop))!;
        Assert.Equal((1, 6, null, 1), (first.Place, first.Count, first.Previous, first.Next));
        Assert.Null(await Queries.ImageAsync(id, 6, stop: Stop));

        var near = await Queries.NearDuplicatesAsync(id, Stop);
        Assert.Equal([(1, 5, 2)], near.Pairs.Select(p => (p.Training.Index, p.Validation.Index, p.Distance)));
        await Book.LeaveOutAsync(id, [1], true, Ann, Stop);
        Assert.Equal(0, (await Queries.NearDuplicatesAsync(id, Stop)).Count);
    }

    [Theory]
    [InlineData(1, 0, "no image is held out")]
    [InlineData(3, 1, "only one image")]
    [InlineData(0, 2, "to train on")]
    [InlineData(1, 2, null)]
    public async Task A_data_set_that_is_too_small_says_so(int training, int heldOut, string? reason)
    {
        var id = await ImportingAsync();
        Assert.Null((await Queries.GetAsync(id, Stop))!.TooSmall);
        var recorder = new DatasetRecorder(Source, id);
        await recorder.StartAsync(Stop);
        for (var i = 0; i < training + heldOut; i++)
        {
            await recorder.AddImageAsync(i, $"{i}.png", null, 10, 10, [1], Stop);
        }

        await recorder.CompleteAsync([.. Enumerable.Range(training, heldOut)], 0, 1, "f", Stop);

        var told = (await Queries.FindAsync("flowers", Stop))!.TooSmall;
        Assert.Equal(reason is null, told is null);
        Assert.Contains(reason ?? "", told ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_imports_of_the_same_data_set_exclude_each_other()
    {
        var id = await ImportingAsync();
        var first = await ImportLock.TryTakeAsync(Source, id, TimeSpan.Zero, Stop);
        Assert.NotNull(first);
        Assert.Null(await ImportLock.TryTakeAsync(Source, id, TimeSpan.Zero, Stop));

        await first.DisposeAsync();
        await using var second = await ImportLock.TryTakeAsync(Source, id, TimeSpan.Zero, Stop);
        Assert.NotNull(second);
    }

    private async Task<long> ImportedAsync()
    {
        var id = (await Book.CreateAsync("few", new ZipSource("few.zip") { Background = "#000000" }, Ann, stop: Stop)).Id;
        var recorder = new DatasetRecorder(Source, id);
        await recorder.StartAsync(Stop);
        for (var i = 0; i < 6; i++)
        {
            await recorder.AddImageAsync(
                new DatasetImage
                {
                    DatasetId = id, Index = i, Name = $"{i}.png", Label = i == 5 ? "lily" : i % 2 == 0 ? "rose" : "tulip",
                    Validation = false, Width = 20, Height = 20, Thumbnail = [1], IsTransparent = i == 2, IsAnimated = i == 3,
                    Hash = i switch { 1 => -1, 5 => -4, 4 => null, _ => 1L << (10 * i) ^ 0x5555 << i },
                },
                Stop);
        }

        await recorder.CompleteAsync([4, 5], 3, 60, "f", Stop);
        return id;
    }

    private async Task<long> ImportingAsync() => (await Book.CreateAsync("flowers", Flowers, Ann, stop: Stop)).Id;
}
