using Dashboard.Storage.Accounts;
using Dashboard.Testing;
using Dashboard.Web.Hosting;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Web.Tests.Host;

public sealed class HomeTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_second_dashboard_on_the_same_home_says_where_the_first_is()
    {
        var settings = Settings();
        await using var first = await DashboardHome.OpenAsync(settings, "/", CancellationToken.None);
        var starting = await Assert.ThrowsAsync<StartupException>(
            () => DashboardHome.OpenAsync(settings, "/", CancellationToken.None));
        Assert.Contains("being started already", starting.Message, StringComparison.Ordinal);

        first.WriteAddress("http://127.0.0.1:5080");
        var running = await Assert.ThrowsAsync<StartupException>(
            () => DashboardHome.OpenAsync(settings, "/", CancellationToken.None));
        Assert.Contains("running already, at http://127.0.0.1:5080", running.Message, StringComparison.Ordinal);

        // A command works beside it.
        await using var beside = await DashboardHome.ShareAsync(settings, "/", CancellationToken.None);
        Assert.Equal("http://127.0.0.1:5080", beside.RunningAddress);
    }

    [Fact]
    public async Task A_killed_dashboard_leaves_nothing_that_hinders_the_next()
    {
        var settings = Settings();
        var home = settings["Dashboard:Home"]!;
        Directory.CreateDirectory(home);
        // What a kill leaves: the files, but not the kernel's lock.
        await File.WriteAllTextAsync(Path.Combine(home, "lock"), "");
        await File.WriteAllTextAsync(Path.Combine(home, "address"), "http://127.0.0.1:1\n");
        await using var next = await DashboardHome.OpenAsync(settings, "/", CancellationToken.None);
        Assert.Null(HomeLock.ReadAddress(home));
    }

    [Fact]
    public async Task Other_users_of_the_machine_read_nothing_in_a_home()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix file modes");
        var settings = Settings();
        var home = settings["Dashboard:Home"]!;
        var artifacts = Directory.CreateDirectory(Path.Combine(home, "artifacts")).FullName;
        File.SetUnixFileMode(home, (UnixFileMode)0b111_101_101);
        await using var opened = await DashboardHome.OpenAsync(settings, "/", CancellationToken.None);

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead
            | UnixFileMode.OtherWrite;
        const UnixFileMode Passing = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(home) & Others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(artifacts) & (Others | Passing));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(home, "logs")) & (Others | Passing));
    }

    [Fact]
    public async Task A_taken_port_is_one_clear_line()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        var settings = Settings(("urls", $"http://127.0.0.1:{port}"));
        var refused = await Assert.ThrowsAsync<StartupException>(
            () => DashboardHome.OpenAsync(settings, "/", CancellationToken.None));
        Assert.Contains($"Port {port} is taken", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        // And the home is free again.
        using var free = HomeLock.TryTake(settings["Dashboard:Home"]!);
        Assert.NotNull(free);
    }

    [Theory]
    [InlineData("tokens", "add", "ci", "--role", "member")]
    [InlineData("tokens", "add", "--role", "member", "ci")]
    [InlineData("tokens", "add", "ci", "--role=member")]
    public void A_command_is_understood(params string[] arguments) =>
        Assert.Equal(new DashboardCommand("tokens", "ci", Roles.Member), DashboardCommand.Parse(arguments));

    [Theory]
    [InlineData("tokens", "add", "ci", "--role", "boss")]
    [InlineData("tokens", "add")]
    [InlineData("accounts", "add", "no-address", "--role", "member")]
    [InlineData("launch")]
    public void Nonsense_is_refused_with_the_usage(params string[] arguments) =>
        Assert.Throws<StartupException>(() => DashboardCommand.Parse(arguments));

    private IConfiguration Settings(params (string Key, string Value)[] more) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Dashboard:Home"] = postgres.CreateFolder(),
            // Named but not used: the home starts no Postgres then.
            ["ConnectionStrings:Dashboard"] = "Host=nowhere",
        })
        .AddInMemoryCollection(more.Select(m => KeyValuePair.Create(m.Key, (string?)m.Value)))
        .Build();
}
