using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Tests;

/// <summary>A home may have any name that the system allows.</summary>
public sealed class PrivatePostgresTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("private-postgres-tests-").FullName;

    [Theory]
    [InlineData("a,b")]
    [InlineData("it's \"quoted\"")]
    [InlineData("$HOME `id` $(id) ${x}")]
    [InlineData(" spaces; semicolons=and 100 % @host:5432?sslmode=require&x")]
    [InlineData("back\\slash and ümlaut 模型 *?[a] {b} !#~")]
    [InlineData("-c port=1")]
    public async Task It_starts_answers_and_stops_in_a_folder_of_any_name(string name)
    {
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var home = Path.Combine(folder, name, "postgres");
        var first = await PrivatePostgres.StartAsync(home, TestContext.Current.CancellationToken);
        try
        {
            await using (var source = NpgsqlDataSource.Create(first.ConnectionString))
            {
                await using var command = source.CreateCommand("SHOW data_directory");
                Assert.Equal(
                    Path.Combine(home, "data"), await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
            }

            // What a killed dashboard leaves running is found.
            var second = await PrivatePostgres.StartAsync(home, TestContext.Current.CancellationToken);
            Assert.True(second.WasRunning);
            Assert.Equal(first.ConnectionString, second.ConnectionString);
        }
        finally
        {
            await first.StopAsync(CancellationToken.None);
        }

        Assert.False(File.Exists(Path.Combine(home, "data", "postmaster.pid")));
    }

    [Fact]
    public async Task A_name_with_a_line_break_is_refused_in_words()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PrivatePostgres.StartAsync(Path.Combine(folder, "a\nb"), TestContext.Current.CancellationToken));
        Assert.Contains("Name another home", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
