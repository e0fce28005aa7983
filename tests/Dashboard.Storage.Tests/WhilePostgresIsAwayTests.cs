using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Tests;

public sealed class WhilePostgresIsAwayTests
{
    private static readonly NpgsqlException Unreachable = new("no connection");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Work_is_tried_again_until_Postgres_answers()
    {
        var tries = 0;
        var told = new List<int>();

        var result = await WhilePostgresIsAway.RetryAsync(
            () => ++tries < 3 ? throw Unreachable : Task.FromResult(tries),
            TimeSpan.FromMinutes(1),
            (_, before) => told.Add(before),
            stop: Stop);

        Assert.Equal(3, result);
        Assert.Equal([0, 1], told);
    }

    [Fact]
    public async Task When_patience_ends_the_failure_is_thrown() => await Assert.ThrowsAsync<NpgsqlException>(
        () => WhilePostgresIsAway.RetryAsync(() => throw Unreachable, TimeSpan.FromMilliseconds(200), stop: Stop));

    [Fact]
    public async Task Nothing_is_tried_again_once_stopped()
    {
        using var stop = new CancellationTokenSource();
        var tries = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WhilePostgresIsAway.RetryAsync(
            () => ++tries < 100 ? throw Unreachable : Task.CompletedTask,
            WhilePostgresIsAway.Forever,
            (_, _) => stop.Cancel(),
            stop: stop.Token));

        Assert.Equal(1, tries);
    }

    [Theory]
    [InlineData("57P01", true)]
    [InlineData("57P03", true)]
    [InlineData("53300", true)]
    [InlineData("08006", true)]
    [InlineData("28P01", false)]
    [InlineData("23505", false)]
    [InlineData("42P01", false)]
    public void What_Postgres_refuses_is_not_tried_again(string state, bool away)
    {
        var answer = new PostgresException("a message", "ERROR", "ERROR", state);

        Assert.Equal(away, WhilePostgresIsAway.IsAway(answer));
        Assert.Equal(away, WhilePostgresIsAway.IsAway(new InvalidOperationException("wrapped", answer)));
    }
}
