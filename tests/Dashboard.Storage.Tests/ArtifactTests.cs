using Dashboard.Diffusion.Runs;
using Dashboard.Formats;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Queue;
using Dashboard.Testing;

namespace Dashboard.Storage.Tests;

/// <summary>Files and rows: one never without the other.</summary>
public sealed class ArtifactTests(PostgresFixture postgres) : StorageTest(postgres)
{
    private ArtifactFiles Files => Get<ArtifactFiles>();

    private DatasetFiles Datasets => Get<DatasetFiles>();

    private ImportedWeights Weights => Get<ImportedWeights>();

    private Orphans Orphans => Get<Orphans>();

    [Fact]
    public async Task Imported_weights_stay_while_a_run_needs_them_and_go_with_the_last_that_failed()
    {
        var sha256 = new string('a', 64);
        var one = await ImportAsync(sha256);
        var other = await ImportAsync(sha256);
        await ExecuteAsync($"UPDATE runs SET state = 'Failed' WHERE id = {one}");
        Assert.Equal(0, await Weights.RemoveUnusedAsync(Stop));
        Assert.True(File.Exists(Files.ImportedWeights(sha256)));

        await Queue.CancelAsync(other, Ann, Stop);
        Assert.Equal(1, await Weights.RemoveUnusedAsync(Stop));
        Assert.False(File.Exists(Files.ImportedWeights(sha256)));
        Assert.Equal(0, await Weights.RemoveUnusedAsync(Stop));
    }

    [Fact]
    public async Task Weights_are_kept_only_with_their_row()
    {
        var sha256 = new string('b', 64);
        var upload = Upload();

        // A text with NUL is what Postgres refuses.
        await Assert.ThrowsAnyAsync<Exception>(
            () => Weights.EnqueueAsync(new RunSubmission(RunKind.Import, "a\0b", Spec(sha256)), upload, sha256, Ann, Stop));
        Assert.True(File.Exists(upload));
        Assert.False(File.Exists(Files.ImportedWeights(sha256)));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM runs"));

        // The row is written, but the file can't be moved.
        await Assert.ThrowsAnyAsync<IOException>(() => Weights.EnqueueAsync(
            new RunSubmission(RunKind.Import, "a", Spec(sha256)), upload + ".gone", sha256, Ann, Stop));
        Assert.Equal(0, await ScalarAsync<long>("SELECT count(*) FROM runs"));
    }

    [Fact]
    public async Task What_a_person_has_is_counted()
    {
        await ImportAsync(new string('c', 64), bytes: 100);
        await ImportAsync(new string('c', 64), bytes: 100);
        await EnqueueAsync(owner: Ann);
        await EnqueueAsync(owner: Ben);
        var zip = Path.Combine(Postgres.CreateFolder(), "upload.part");
        await File.WriteAllBytesAsync(zip, new byte[50], Stop);
        await Get<DatasetStore>().CreateAsync("roses", new ZipSource("roses.zip"), Ann, zip, Stop);
        var ready = await Get<DatasetStore>().CreateAsync("tulips", new DrawnSource(10, 32, 1), Ann, stop: Stop);
        await ExecuteAsync($"UPDATE datasets SET state = 'Ready', bytes = 1000 WHERE id = {ready.Id}");

        var usage = Get<UsageQueries>();
        Assert.Equal(new PersonUsage("ann", "Ann", 3, 1150), await usage.OfAsync("ann", Stop));
        Assert.Equal(new PersonUsage("nobody", "", 0, 0), await usage.OfAsync("nobody", Stop));
        Assert.Equal(["ann", "ben"], (await usage.ListAsync(Stop)).Select(person => person.Id));
    }

    [Fact]
    public async Task Files_without_rows_and_rows_without_files_are_found_and_mended()
    {
        // Whole: a data set, a run with its last and a kept checkpoint, an import.
        var whole = await ReadyAsync("whole");
        Old(Path.Combine(Datasets.Folder(whole), ArtifactNames.Pack));
        var run = await EnqueueAsync();
        foreach (var name in new[] { "last.safetensors", "best.safetensors", "kept-1.safetensors" })
        {
            Old(Path.Combine(Files.RunFolder(run), name));
        }

        await CheckpointAsync(run, "last.safetensors");
        await CheckpointAsync(run, "kept-1.safetensors");
        var imported = new string('d', 64);
        await ImportAsync(imported);
        Old(Files.ImportedWeights(imported));
        Assert.True((await Orphans.FindAsync(Stop)).IsClean);

        // Rows without files.
        var lost = await ReadyAsync("lost");
        var gone = await CheckpointAsync(run, "kept-2.safetensors");
        var import = await ImportAsync(new string('e', 64));
        File.Delete(Files.ImportedWeights(new string('e', 64)));

        // Files without rows.
        var failed = await ReadyAsync("failed");
        await ExecuteAsync($"UPDATE datasets SET state = 'Failed' WHERE id = {failed}");
        string[] orphans =
        [
            Path.Combine(Datasets.Folder(failed), ArtifactNames.Pack),
            Path.Combine(Datasets.Folder(777), ArtifactNames.Pack),
            Datasets.Upload(whole),
            Path.Combine(Datasets.Downloads(whole), "part"),
            Path.Combine(Datasets.Unfinished(778), ArtifactNames.Pack),
            Files.ImportedWeights(new string('f', 64)),
            Path.Combine(Files.RunFolder(779), "last.safetensors"),
            Path.Combine(Files.RunFolder(run), "kept-3.safetensors"),
            Path.Combine(Files.RunFolder(run), "last.safetensors.tmp"),
            Path.Combine(Files.UploadFolder, "x.part"),
        ];
        Array.ForEach(orphans, path => Old(path));

        // Young ones may belong to something under way, and other names are somebody else's.
        var young = Datasets.Upload(780);
        Old(young, TimeSpan.Zero);
        var foreign = Path.Combine(Files.Root, "datasets", "notes.txt");
        Old(foreign);

        var report = await Orphans.FindAsync(Stop);
        Assert.Equal(orphans.Length, report.Files.Count);
        Assert.Equal(orphans.Length * 4, report.Bytes);
        Assert.Equal(
            [(MissingKind.Dataset, lost), (MissingKind.Checkpoint, gone), (MissingKind.Import, import)],
            report.Rows.Select(row => (row.Kind, row.Id)));
        Assert.All(orphans, path => Assert.True(File.Exists(path)));

        await Orphans.MendAsync(report, Stop);
        Assert.True((await Orphans.FindAsync(Stop)).IsClean);
        Assert.All(orphans, path => Assert.False(File.Exists(path)));
        Assert.True(File.Exists(young));
        Assert.True(File.Exists(foreign));
        Assert.True(File.Exists(Path.Combine(Datasets.Folder(whole), ArtifactNames.Pack)));
        Assert.True(File.Exists(Path.Combine(Files.RunFolder(run), "kept-1.safetensors")));
        Assert.True(File.Exists(Files.ImportedWeights(imported)));
        Assert.Equal(2, await ScalarAsync<long>("SELECT count(*) FROM checkpoints"));
        Assert.Equal("Failed", await ScalarAsync<string>($"SELECT state FROM datasets WHERE id = {lost}"));
        Assert.Contains(
            "gone", await ScalarAsync<string>($"SELECT error FROM datasets WHERE id = {lost}"), StringComparison.Ordinal);
        Assert.Equal(RunState.Failed, (await RunAsync(import)).State);
    }

    [Fact]
    public async Task A_folder_that_is_not_mounted_mends_nothing()
    {
        var id = await ReadyAsync("roses");
        var report = await Orphans.FindAsync(Stop);
        Assert.True(report.Unmounted);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Orphans.MendAsync(report, Stop));
        Assert.Equal("Ready", await ScalarAsync<string>($"SELECT state FROM datasets WHERE id = {id}"));
    }

    [Fact]
    public async Task No_more_runs_of_a_person_wait_than_may()
    {
        var queue = new RunQueue(Source, new Quotas { WaitingRuns = 3 });
        var submission = new RunSubmission(RunKind.Training, "a", "{}");
        var first = await queue.EnqueueAsync(submission, Ann, Stop);
        await queue.EnqueueAsync(submission, Ann, Stop);
        await queue.PauseAsync(first, Ann, Stop);
        Assert.True((await queue.CloneAsync(first, Ann, stop: Stop)).IsDone);

        var refused = await Assert.ThrowsAsync<OverQuotaException>(() => queue.EnqueueAsync(submission, Ann, Stop));
        Assert.Contains("3 of your runs wait", refused.Message, StringComparison.Ordinal);
        Assert.Equal(QueueResult.OverQuota, (await queue.CloneAsync(first, Ann, stop: Stop)).Result);
        await queue.EnqueueAsync(submission, Ben, Stop);
        await queue.EnqueueAsync(submission, Admin, Stop);

        // A canceled one makes room, which its retry takes again.
        await queue.CancelAsync(first, Ann, Stop);
        await queue.EnqueueAsync(submission, Ann, Stop);
        Assert.Equal(QueueResult.OverQuota, (await queue.RetryAsync(first, Ann, Stop)).Result);
    }

    [Fact]
    public async Task Many_at_once_take_no_more_places_than_there_are()
    {
        var queue = new RunQueue(Source, new Quotas { WaitingRuns = 5 });
        var tries = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            try
            {
                await queue.EnqueueAsync(new RunSubmission(RunKind.Training, "a", "{}"), Ann, Stop);
                return true;
            }
            catch (OverQuotaException)
            {
                return false;
            }
        }));
        Assert.Equal(5, tries.Count(done => done));
    }

    [Fact]
    public async Task Errors_and_names_from_outside_are_stored_in_one_bounded_line()
    {
        var worker = await WorkerAsync();
        var id = await EnqueueAsync();
        var claim = (await Leases.ClaimAsync(RunKind.Training, worker, Stop))!;
        var error = $"tensor \"{new string('x', 3_000_000)}\"\r\n\0is wrong";
        Assert.True(await Leases.FinishAsync(id, claim.Attempt, RunState.Failed, error, Stop));
        var stored = (await RunAsync(id)).Error!;
        Assert.InRange(stored.Length, 1000, StoredText.LongestMessage);

        await ExecuteAsync($"UPDATE runs SET error = repeat('y', 3000000) WHERE id = {id}");
        var listed = (await Get<Runs.RunQueries>().GetAsync(id, Stop))!;
        Assert.InRange(listed.Error!.Length, 1000, StoredText.LongestMessage);

        var set = await Get<DatasetStore>().CreateAsync("roses", new DrawnSource(10, 32, 1), Ann, stop: Stop);
        await Get<DatasetStore>().FailAsync(set.Id, "two\nlines\0", Stop);
        Assert.Equal("two lines", await ScalarAsync<string>($"SELECT error FROM datasets WHERE id = {set.Id}"));
    }

    private async Task<long> ImportAsync(string sha256, int bytes = 4) => await Weights.EnqueueAsync(
        new RunSubmission(RunKind.Import, "weights", Spec(sha256)), Upload(bytes), sha256, Ann, Stop);

    private string Upload(int bytes = 4)
    {
        var path = Path.Combine(Postgres.CreateFolder(), "upload.part");
        File.WriteAllBytes(path, new byte[bytes]);
        return path;
    }

    private static string Spec(string sha256) => $$"""{"file":"a.safetensors","sha256":"{{sha256}}"}""";

    private async Task<long> ReadyAsync(string name)
    {
        var made = await Get<DatasetStore>().CreateAsync(name, new DrawnSource(10, 32, 1), Ann, stop: Stop);
        await ExecuteAsync($"UPDATE datasets SET state = 'Ready' WHERE id = {made.Id}");
        return made.Id;
    }

    private async Task<long> CheckpointAsync(long run, string name) => await ScalarAsync<long>(
        $"""
        INSERT INTO checkpoints (run_id, sequence, kind, step, epoch, images_seen, path, sha256, bytes, created_at)
        VALUES ({run}, 1, 'Last', 1, 1, 1, 'runs/{run}/{name}', 'a', 4, now()) RETURNING id
        """);

    private static void Old(string path, TimeSpan? age = null)
    {
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, [1, 2, 3, 4]);
        var then = DateTime.UtcNow - (age ?? TimeSpan.FromHours(2));
        File.SetLastWriteTimeUtc(path, then);
        folder.LastWriteTimeUtc = then;
    }
}
