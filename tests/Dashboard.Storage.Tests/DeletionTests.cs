using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Testing;

namespace Dashboard.Storage.Tests;

/// <summary>A deleted run is gone for everybody at once, comes back whole, and leaves nothing behind.</summary>
public sealed class DeletionTests(PostgresFixture postgres) : StorageTest(postgres)
{
    private RunDeletion Deletion => Get<RunDeletion>();

    private RunQueries Runs => Get<RunQueries>();

    private GalleryQueries Gallery => Get<GalleryQueries>();

    [Fact]
    public async Task A_deleted_run_is_seen_nowhere_and_comes_back_whole()
    {
        var id = await EndedAsync("mine");
        var checkpoint = await CheckpointAsync(id);
        var image = await ImageAsync(id, "aa");
        Assert.True((await Deletion.DeleteAsync(id, Ann, Stop)).IsDone);

        Assert.Null(await Runs.GetAsync(id, Stop));
        Assert.Empty(await Runs.GetAsync([id], Stop));
        Assert.Empty((await Runs.ListAsync(new RunFilter(Archived: null), Stop)).Items);
        Assert.Empty((await Runs.ActivityAsync(stop: Stop)).Recent);
        Assert.Empty((await Runs.TotalsAsync(Stop)).ByState);
        Assert.Empty(await Runs.CheckpointsAsync(id, Stop));
        Assert.Null(await Runs.CheckpointAsync(checkpoint, Stop));
        Assert.Null(await Runs.CheckpointPathAsync(checkpoint, Stop));
        Assert.Empty((await Gallery.ListAsync(new ImageFilter(), Stop)).Items);
        Assert.Equal(new ImageOrder(0, 0), await Gallery.OrderAsync(new ImageFilter(), Stop));
        Assert.Equal(0, await Gallery.CountAsync(new ImageFilter(), Stop));
        Assert.Null(await Gallery.GetAsync(image, Stop));
        foreach (var outcome in new[]
        {
            await Queue.RetryAsync(id, Ann, Stop), await Queue.CloneAsync(id, Ann, stop: Stop),
            await Get<RunCuration>().ChangeAsync(id, new RunChange { Name = "x" }, Ann, Stop),
            await Get<RunCuration>().StarAsync(id, true, Ann, Stop), await Deletion.DeleteAsync(id, Ann, Stop),
        })
        {
            Assert.Equal(QueueResult.NotFound, outcome.Result);
        }

        var deleted = (await Deletion.FindAsync(id, Stop))!;
        Assert.Equal(("mine", "Ann"), (deleted.Name, deleted.DeletedBy));
        Assert.Equal(0, await Deletion.RemoveAsync(Stop));
        Assert.True((await Deletion.RestoreAsync(id, Ann, Stop)).IsDone);
        Assert.Equal("mine", (await Runs.GetAsync(id, Stop))!.Name);
        Assert.NotNull(await Runs.CheckpointPathAsync(checkpoint, Stop));
        Assert.Equal(new ImageOrder(image, 1), await Gallery.OrderAsync(new ImageFilter(), Stop));
        Assert.Null(await Deletion.FindAsync(id, Stop));
    }

    [Fact]
    public async Task After_the_grace_time_rows_files_and_pictures_go_and_those_of_others_stay()
    {
        var id = await EndedAsync("old");
        var other = await EndedAsync("other");
        await CheckpointAsync(id);
        var kept = await CheckpointAsync(other);
        await ImageAsync(id, "aa");
        await ImageAsync(id, "shared");
        var image = await ImageAsync(other, "shared");
        await Deletion.DeleteAsync(id, Ann, Stop);
        await ExecuteAsync($"UPDATE runs SET deleted_at = now() - interval '25 hours' WHERE id = {id}");

        Assert.Equal(1, await Deletion.RemoveAsync(Stop));
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM runs"));
        Assert.Equal(1, await ScalarAsync<long>("SELECT count(*) FROM images"));
        Assert.Equal("shared", await ScalarAsync<string>("SELECT sha256 FROM image_blobs"));
        Assert.False(Directory.Exists(Get<ArtifactFiles>().RunFolder(id)));
        Assert.NotNull(await Runs.CheckpointPathAsync(kept, Stop));
        Assert.NotNull(await Gallery.GetAsync(image, Stop));
        Assert.Equal(QueueResult.NotFound, (await Deletion.RestoreAsync(id, Ann, Stop)).Result);
        Assert.True((await Get<Orphans>().FindAsync(Stop)).IsClean);
    }

    [Fact]
    public async Task Imported_weights_go_with_the_last_run_that_names_them()
    {
        var sha256 = new string('a', 64);
        var (one, other) = (await ImportAsync(sha256), await ImportAsync(sha256));
        foreach (var id in new[] { one, other })
        {
            await ExecuteAsync($"UPDATE runs SET state = 'Succeeded', ended_at = now() WHERE id = {id}");
            Assert.True(File.Exists(Get<ArtifactFiles>().ImportedWeights(sha256)));
            await Deletion.DeleteAsync(id, Ann, Stop);
            await ExecuteAsync($"UPDATE runs SET deleted_at = now() - interval '2 days' WHERE id = {id}");
            await Deletion.RemoveAsync(Stop);
        }

        Assert.False(File.Exists(Get<ArtifactFiles>().ImportedWeights(sha256)));
    }

    [Fact]
    public async Task A_run_that_a_worker_has_is_not_deleted_and_a_waiting_one_leaves_the_queue()
    {
        var id = await EnqueueAsync();
        var waiting = await EnqueueAsync();
        await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop);
        Assert.Equal(QueueResult.NotPossible, (await Deletion.DeleteAsync(id, Ann, Stop)).Result);

        Assert.True((await Deletion.DeleteAsync(waiting, Ann, Stop)).IsDone);
        Assert.Null(await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop));
        Assert.True((await Deletion.RestoreAsync(waiting, Ann, Stop)).IsDone);
        Assert.Equal(RunState.Canceled, (await Runs.GetAsync(waiting, Stop))!.State);
    }

    [Fact]
    public async Task Only_the_owner_and_admins_delete_and_restore()
    {
        var id = await EndedAsync("mine");
        Assert.Equal(QueueResult.NotAllowed, (await Deletion.DeleteAsync(id, Ben, Stop)).Result);
        Assert.True((await Deletion.DeleteAsync(id, Admin, Stop)).IsDone);
        Assert.Equal(QueueResult.NotAllowed, (await Deletion.RestoreAsync(id, Ben, Stop)).Result);
        Assert.NotNull(await Deletion.FindAsync(id, Stop));
        Assert.True((await Deletion.RestoreAsync(id, Ann, Stop)).IsDone);
        Assert.True((await Deletion.RestoreAsync(id, Ann, Stop)).IsDone);
    }

    [Fact]
    public async Task What_depends_on_a_run_is_told_and_waiting_ones_keep_it()
    {
        var id = await EndedAsync("trained");
        var checkpoint = await CheckpointAsync(id);
        await ImageAsync(id, "aa");
        var continued = await EndedAsync("continued", spec: $$"""{"continueFrom":{{checkpoint}}}""");
        var drawn = await EndedAsync("drawn", RunKind.Sampling, $$"""{"run":{{id}}}""");
        await EndedAsync("unrelated", spec: """{"continueFrom":999}""");

        var dependents = (await Deletion.DependentsAsync(id, Stop))!;
        Assert.Equal((1L, 1L), (dependents.Pictures, dependents.Checkpoints));
        // The checkpoint's file, a picture and its thumbnail.
        Assert.Equal(4 + 2 + 1, dependents.Bytes);
        Assert.Equal([new RunName(continued, "continued")], dependents.Continued);
        Assert.Equal([new RunName(drawn, "drawn")], dependents.Drawn);

        await ExecuteAsync($"UPDATE runs SET state = 'Queued' WHERE id = {drawn}");
        var refused = await Deletion.DeleteAsync(id, Ann, Stop);
        Assert.Equal(QueueResult.NotPossible, refused.Result);
        Assert.Contains($"run {drawn} “drawn”", refused.Reason, StringComparison.Ordinal);
        await Queue.CancelAsync(drawn, Ann, Stop);
        Assert.True((await Deletion.DeleteAsync(id, Ann, Stop)).IsDone);
        Assert.Null(await Deletion.DependentsAsync(id, Stop));
    }

    [Fact]
    public async Task Who_watches_a_run_is_told_that_it_was_deleted()
    {
        await Get<ChangeFeed>().StartAsync(Stop);
        var id = await EndedAsync("watched");
        var start = (await Runs.GetAsync(id, Stop))!.Sequence;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        await Deletion.DeleteAsync(id, Ann, Stop);
        await foreach (var message in Get<RunFeed>().WatchAsync(id, start, limit.Token))
        {
            Assert.Equal("deleted", message.Type);
            return;
        }

        Assert.Fail("Nothing was told.");
    }

    [Fact]
    public async Task A_data_set_that_only_deleted_runs_use_says_so()
    {
        var made = await Get<DatasetStore>().CreateAsync("roses", new DrawnSource(10, 32, 1), Ann, stop: Stop);
        var id = await Queue.EnqueueAsync(new RunSubmission(RunKind.Training, "a", "{}", made.Id), Ann, Stop);
        var used = await Get<DatasetStore>().DeleteAsync(made.Id, Ann, Stop);
        Assert.Contains("Runs were made", used.Reason!, StringComparison.Ordinal);
        await Deletion.DeleteAsync(id, Ann, Stop);
        var held = await Get<DatasetStore>().DeleteAsync(made.Id, Ann, Stop);
        Assert.Contains("deleted runs", held.Reason!, StringComparison.Ordinal);
    }

    private async Task<long> EndedAsync(string name, RunKind kind = RunKind.Training, string spec = "{}")
    {
        var id = await Queue.EnqueueAsync(new RunSubmission(kind, name, spec), Ann, Stop);
        await ExecuteAsync($"UPDATE runs SET state = 'Succeeded', ended_at = now() WHERE id = {id}");
        return id;
    }

    private async Task<long> CheckpointAsync(long run)
    {
        var files = Get<ArtifactFiles>();
        Directory.CreateDirectory(files.RunFolder(run));
        var path = Path.Combine(files.RunFolder(run), "last.safetensors");
        await File.WriteAllBytesAsync(path, [1, 2, 3, 4], Stop);
        return await ScalarAsync<long>(
            $"""
            INSERT INTO checkpoints (run_id, sequence, kind, step, epoch, images_seen, path, sha256, bytes, created_at)
            VALUES ({run}, 1, 'Last', 1, 1, 1, '{files.Relative(path)}', '{new string('a', 64)}', 4, now()) RETURNING id
            """);
    }

    private Task<long> ImageAsync(long run, string sha256) => ScalarAsync<long>(
        $"""
        INSERT INTO image_blobs (sha256, png, thumbnail, width, height) VALUES ('{sha256}', '\x0102', '\x01', 1, 1)
            ON CONFLICT DO NOTHING;
        INSERT INTO images (run_id, sequence, sha256, seed, sampler, evaluations, eta, step, epoch, images_seen, created_at)
        VALUES ({run}, (SELECT count(*) FROM images), '{sha256}', 1, 'ddim', 1, 0, 1, 1, 1, now()) RETURNING id
        """);

    private async Task<long> ImportAsync(string sha256)
    {
        var upload = Path.Combine(Postgres.CreateFolder(), "weights.part");
        await File.WriteAllBytesAsync(upload, [1], Stop);
        return await Get<ImportedWeights>().EnqueueAsync(
            new RunSubmission(RunKind.Import, "weights", $$"""{"sha256":"{{sha256}}"}"""), upload, sha256, Ann, Stop);
    }
}
