using System.Collections.Concurrent;
using System.Diagnostics;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Storage.Runs.Recording;
using Dashboard.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dashboard.Storage.Tests;

public sealed class FeedTests(PostgresFixture postgres) : StorageTest(postgres)
{
    [Fact]
    public async Task A_watcher_gets_everything_once_and_in_order_even_when_its_connection_is_cut()
    {
        await Get<ChangeFeed>().StartAsync(Stop);
        await EnqueueAsync();
        var run = (await Leases.ClaimAsync(RunKind.Training, await WorkerAsync(), Stop))!;
        await using var recorder = new RunRecorder(
            run.Id, run.Attempt, Source, Get<ArtifactFiles>(), NullLogger<RunRecorder>.Instance);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var reporting = Task.Run(async () =>
        {
            for (var step = 1; step <= 60; step++)
            {
                recorder.Report(RecorderTests.Loss(step));
                await Task.Delay(50, Stop);
                if (step is 20 or 40)
                {
                    await ExecuteAsync(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            + "WHERE query LIKE 'LISTEN %' OR query = 'SELECT 1'");
                }
            }
        }, Stop);

        var steps = new List<long>();
        var last = 0L;
        await foreach (var message in Get<RunFeed>().WatchAsync(run.Id, 0, limit.Token))
        {
            Assert.True(message.Sequence >= last);
            last = message.Sequence;
            if (message.Data is MetricsItem metrics)
            {
                steps.Add(metrics.Step);
            }

            if (steps.Count == 60)
            {
                break;
            }
        }

        await reporting;
        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), steps);
    }

    [Fact]
    public async Task A_subscriber_hears_soon_and_not_too_often()
    {
        await Get<ChangeFeed>().StartAsync(Stop);
        var id = await EnqueueAsync();
        await Task.Delay(500, Stop);
        var heard = new ConcurrentQueue<Change>();
        using var subscription = Get<RunFeed>().Subscribe(id, heard.Enqueue);
        using var other = Get<RunFeed>().Subscribe(id + 1, _ => Assert.Fail("not its run"));

        var time = Stopwatch.StartNew();
        await ExecuteAsync($"SELECT pg_notify('runs', '{id}')");
        while (heard.IsEmpty)
        {
            await Task.Delay(5, Stop);
        }

        Assert.True(time.ElapsedMilliseconds < 1000, $"heard after {time.ElapsedMilliseconds} ms");
        while (time.ElapsedMilliseconds < 2000)
        {
            await ExecuteAsync($"SELECT pg_notify('runs', '{id}')");
        }

        Assert.InRange(heard.Count, 5, 25);
        subscription.Dispose();
        await Task.Delay(200, Stop);
        heard.Clear();
        await ExecuteAsync($"SELECT pg_notify('runs', '{id}')");
        await Task.Delay(200, Stop);
        Assert.Empty(heard);
    }

    [Fact]
    public async Task A_page_of_data_sets_hears_of_each_change_also_after_its_connection_was_cut()
    {
        var heard = new ConcurrentQueue<Change>();
        using var all = Get<DatasetFeed>().Subscribe(null, heard.Enqueue);
        using var runs = Get<RunFeed>().Subscribe(1, change => Assert.Null(change.Id));
        await Get<ChangeFeed>().StartAsync(Stop);
        await HearAsync(heard, null);

        var set = (await Get<DatasetStore>().CreateAsync("roses", new DrawnSource(10, 32, 1), Ann, stop: Stop)).Id;
        await HearAsync(heard, set);
        await Get<DatasetStore>().RenameAsync(set, "tulips", Ann, Stop);
        await HearAsync(heard, set);

        Assert.Equal(1, await ScalarAsync<long>(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                + "WHERE datname = current_database() AND query LIKE 'LISTEN %'"));
        await HearAsync(heard, null);
        await Get<DatasetStore>().DeleteAsync(set, Ann, Stop);
        await HearAsync(heard, set);
    }

    private static async Task HearAsync(ConcurrentQueue<Change> heard, long? id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        while (!(heard.TryDequeue(out var change) && change.Id == id))
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
