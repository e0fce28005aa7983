using System.IO.Compression;
using Dashboard.Engine.Data;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Datasets;
using Npgsql;
using SkiaSharp;

namespace Dashboard.Worker.Tests;

/// <summary>What a real worker does to a data set: import with label options, other labels, search for near-duplicates.</summary>
public sealed class DatasetChoreTests(Stage stage) : IClassFixture<Stage>
{
    private static readonly string[] Entries =
    [
        "train/rose/0", "train/rose/1", "train/rose/2", "train/tulip/3", "train/tulip/4", "train/tulip/5", "val/rose/6",
        "val/tulip/7",
    ];

    private DatasetQueries Queries => stage.Get<DatasetQueries>();

    private DatasetLabelling Labelling => stage.Get<DatasetLabelling>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Labels_are_imported_as_asked_changed_and_changed_back()
    {
        await using var worker = stage.StartWorker();
        var id = await ImportAsync(
            "folders", new ZipSource("x.zip") { Labels = new LabelOptions { Level = 1, UseSplits = true } }, worker);
        var first = (await Queries.LabelsAsync(id, Stop))!;
        Assert.Equal(["train", "val"], first.Labels.Select(label => label.Label));
        Assert.Equal((2, new SplitCounts(6, 2, 0)), (first.Findings!.Levels.Count, first.Findings.Splits));
        var imported = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal((6, 2), (imported.TrainingCount, imported.ValidationCount));

        var wanted = new LabelOptions
        {
            UseSplits = true, LeaveOut = ["tulip"], Rename = new Dictionary<string, string> { ["rose"] = "Rosa" },
        };
        await ChangeAsync(id, wanted, worker);
        var changed = (await Queries.LabelsAsync(id, Stop))!;
        Assert.Equal(
            [("Rosa", 3, 1, 0), ("tulip", 0, 0, 4)],
            changed.Labels.Select(label => (label.Label, label.Training, label.Validation, label.LeftOut)));
        using (var pack = ImagePack.Open(stage.Get<DatasetFiles>().Folder(id)))
        {
            Assert.Equal(["Rosa", "tulip"], pack.Images.Select(image => image.Label).Distinct());
            Assert.Equal((await Queries.GetAsync(id, Stop))!.Fingerprint, pack.Fingerprint);
        }

        await ChangeAsync(id, new LabelOptions { Level = 1, UseSplits = true }, worker);
        var back = (await Queries.GetAsync(id, Stop))!;
        Assert.Equal((imported.Fingerprint, 0), (back.Fingerprint, back.LeftOutCount));
        Assert.Equal(imported.Labels, back.Labels);
    }

    [Fact]
    public async Task Labels_of_drawn_images_are_renamed_left_out_and_taken_back()
    {
        await using var worker = stage.StartWorker();
        var id = (await stage.Get<DatasetStore>().CreateAsync("more", new DrawnSource(60, 32, 2), Stage.Ann, stop: Stop)).Id;
        await ReadyAsync(id, worker);
        var labels = (await Queries.LabelsAsync(id, Stop))!.Labels;

        await ChangeAsync(
            id,
            new LabelOptions
            {
                LeaveOut = [.. labels.Skip(2).Select(label => label.Label)],
                Rename = new Dictionary<string, string> { [labels[0].Label] = "first" },
            },
            worker);

        var kept = (await Queries.LabelsAsync(id, Stop))!;
        Assert.Equal(2, kept.Labels.Count(label => label.Images > label.LeftOut));
        Assert.Equal(2, (await Queries.FactsAsync(id, Stop)).Labels);
        await ChangeAsync(id, new LabelOptions(), worker);
        Assert.Equal(labels.Select(label => label.Label), (await Queries.LabelsAsync(id, Stop))!.Labels.Select(l => l.Label));
    }

    [Fact]
    public async Task Near_duplicates_of_an_older_data_set_are_looked_for_when_somebody_asks()
    {
        await using var worker = stage.StartWorker();
        var id = await ImportAsync("old", new ZipSource("old.zip"), worker);
        var before = (await Queries.NearDuplicatesAsync(id, Stop)).Count;
        await using (var old = stage.Get<NpgsqlDataSource>().CreateCommand(
            $"UPDATE datasets SET is_hashed = false WHERE id = {id}; "
                + $"UPDATE dataset_images SET hash = NULL WHERE dataset_id = {id}"))
        {
            await old.ExecuteNonQueryAsync(Stop);
        }

        Assert.False((await Queries.NearDuplicatesAsync(id, Stop)).IsSearched);
        Assert.Equal(DatasetResult.Done, (await stage.Get<DatasetStore>().HashAsync(id, Stage.Ann, Stop)).Result);
        await Stage.UntilAsync(
            async () => (await Queries.NearDuplicatesAsync(id, Stop)).IsSearched, TimeSpan.FromSeconds(120), () => worker.Output);

        Assert.Equal(before, (await Queries.NearDuplicatesAsync(id, Stop)).Count);
        Assert.True(before > 0, "the pictures are meant to look alike");
        Assert.Null((await Queries.GetAsync(id, Stop))!.Phase);
    }

    [Fact]
    public async Task A_change_that_can_t_be_made_says_why_and_leaves_the_labels()
    {
        long id;
        await using (var importing = stage.StartWorker())
        {
            id = await ImportAsync("broken", new ZipSource("broken.zip"), importing);
        }

        var (outcome, _) = await Labelling.ChangeAsync(id, new LabelOptions { Level = 0 }, Stage.Ann, Stop);
        Assert.Equal(DatasetResult.Done, outcome.Result);
        File.Delete(Path.Combine(stage.Get<DatasetFiles>().Folder(id), "images.json"));
        await using var worker = stage.StartWorker();
        await DoneAsync(id, worker);

        var labels = (await Queries.LabelsAsync(id, Stop))!;
        Assert.Contains("Import it again", labels.Error, StringComparison.Ordinal);
        Assert.Null(labels.Options.Level);
        Assert.Equal(["rose", "tulip"], labels.Labels.Select(label => label.Label));
    }

    private async Task ChangeAsync(long id, LabelOptions wanted, WorkerProcess worker)
    {
        var (outcome, problems) = await Labelling.ChangeAsync(id, wanted, Stage.Ann, Stop);
        Assert.Empty(problems);
        Assert.Equal((DatasetResult.Done, null), (outcome.Result, outcome.Reason));
        await DoneAsync(id, worker);
        Assert.Null((await Queries.LabelsAsync(id, Stop))!.Error);
    }

    private Task DoneAsync(long id, WorkerProcess worker) => Stage.UntilAsync(
        async () => !(await Queries.GetAsync(id, Stop))!.ChangesLabels, TimeSpan.FromSeconds(120), () => worker.Output);

    private async Task<long> ImportAsync(string name, ZipSource source, WorkerProcess worker)
    {
        var upload = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.zip");
        using (var zip = ZipFile.Open(upload, ZipArchiveMode.Create))
        {
            foreach (var (i, entry) in Entries.Index())
            {
                using var stream = zip.CreateEntry($"{entry}.png").Open();
                stream.Write(Picture(i));
            }
        }

        var made = await stage.Get<DatasetStore>().CreateAsync(name, source, Stage.Ann, upload, Stop);
        await ReadyAsync(made.Id, worker);
        return made.Id;
    }

    private Task ReadyAsync(long id, WorkerProcess worker) => Stage.UntilAsync(
        async () => (await Queries.GetAsync(id, Stop))!.State == DatasetState.Ready, TimeSpan.FromSeconds(120),
        () => worker.Output);

    /// <summary>The same scene each time, a little brighter.</summary>
    private static byte[] Picture(int number)
    {
        using var bitmap = new SKBitmap(64, 64);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(new SKColor((byte)(30 + number), 60, 90));
            using var paint = new SKPaint { Color = SKColors.Orange };
            canvas.DrawCircle(24, 20, 15, paint);
            canvas.DrawRect(30, 36, 30, 12, paint);
        }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
