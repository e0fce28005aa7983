using Dashboard.Storage.Postgres;
using Dashboard.Web.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Dashboard.Web.Tests.Pages;

public sealed class LiveQueryTests
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly List<Action<Change>> subscribers = [];
    private int renders;

    [Fact]
    public async Task A_change_is_read_and_rendered()
    {
        var value = 1;
        using var query = Create(() => Task.FromResult(value)).On(Subscribe);
        await query.ReadAsync();
        Assert.Equal(1, query.Value);

        value = 2;
        Notify();
        await UntilAsync(() => query.Value == 2 && renders == 1);
    }

    [Fact]
    public async Task What_no_feed_reports_is_read_each_period()
    {
        var reads = 0;
        using var query = Create(() => Task.FromResult(++reads)).Every(TimeSpan.FromMilliseconds(20));
        await UntilAsync(() => query.Value >= 3);
    }

    [Fact]
    public async Task The_last_value_stays_while_Postgres_is_away()
    {
        var reads = 0;
        using var query = Create(() => ++reads switch
        {
            1 => Task.FromResult("old"),
            2 => throw new NpgsqlException("away"),
            3 => throw new InvalidOperationException("transient", new NpgsqlException("away")),
            _ => Task.FromResult("new"),
        }).On(Subscribe);
        await query.ReadAsync();
        for (var read = 2; read <= 3; read++)
        {
            Notify();
            await UntilAsync(() => reads == read);
            Assert.Equal("old", query.Value);
        }

        Notify();
        await UntilAsync(() => query.Value == "new");
        Assert.Equal(1, renders);
    }

    [Fact]
    public async Task A_slow_read_does_not_replace_the_value_of_a_later_one()
    {
        var slow = new TaskCompletionSource<string>();
        var reads = 0;
        using var query = Create(() => ++reads == 1 ? slow.Task : Task.FromResult("later"));
        var first = query.ReadAsync();
        await query.ReadAsync();
        slow.SetResult("earlier");
        await first;
        Assert.Equal("later", query.Value);
    }

    [Fact]
    public async Task A_value_that_was_set_is_not_replaced_by_a_read_under_way()
    {
        var slow = new TaskCompletionSource<string>();
        using var query = Create(() => slow.Task);
        var reading = query.ReadAsync();
        query.Set("set");
        slow.SetResult("read");
        await reading;
        Assert.Equal("set", query.Value);
    }

    [Fact]
    public async Task After_its_component_is_gone_it_neither_reads_nor_renders()
    {
        var reads = 0;
        var query = Create(() => Task.FromResult(++reads)).On(Subscribe).Every(Pace);
        query.Dispose();
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Empty(subscribers);
        Assert.Equal((0, 0), (reads, renders));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = 0; !condition(); waited += 5)
        {
            Assert.True(waited < 5000, "It did not happen within 5 s.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private LiveQuery<T> Create<T>(Func<Task<T>> read) =>
        new(read, work => work(), () => renders++, Pace, TimeProvider.System, NullLogger.Instance);

    private void Notify() => subscribers.ForEach(tell => tell(new Change(1)));

    private IDisposable Subscribe(long? id, Action<Change> tell)
    {
        subscribers.Add(tell);
        return new Ended(() => subscribers.Remove(tell));
    }

    private sealed class Ended(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
