using System.Diagnostics;
using Dashboard.Testing;

namespace Dashboard.Web.Tests.Host;

/// <summary>A clone that one user built and another one starts: <c>src/run.sh</c> with a stand-in for the SDK.</summary>
public sealed class RunScriptTests : IDisposable
{
    private const string OtherUser = "65534";
    private const string AsOther = "/usr/bin/setpriv";

    private readonly string folder = Directory.CreateTempSubdirectory("run-script-tests-").FullName;

    private string Clone => Path.Combine(folder, "a clone, of \"root's\"");

    [Fact]
    public async Task A_built_clone_starts_for_another_user()
    {
        await BuildAsync();
        var (code, said) = await StartAsync();
        Assert.True(code == 0, said);
        Assert.Contains("started src/Dashboard.Web/bin/Release/net10.0/Dashboard.Web.dll --urls", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clone_that_another_user_must_build_says_who_and_how()
    {
        await BuildAsync();
        File.SetLastWriteTimeUtc(Path.Combine(Clone, "src", "install.sh"), DateTime.UtcNow.AddMinutes(1));
        var (code, said) = await StartAsync();
        Assert.Equal(1, code);
        Assert.Single(said.Trim().Split('\n'));
        Assert.Contains($"may not write to {Clone}/src/Dashboard.Web/obj, which belongs to root", said, StringComparison.Ordinal);
        Assert.Contains("Start it once as root (bash src/run.sh)", said, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>What matters of a clone that root has built.</summary>
    private async Task BuildAsync()
    {
        Assert.SkipUnless(
            Environment.UserName == "root" && File.Exists(AsOther), "only root can start a program as another user");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var web = Directory.CreateDirectory(Path.Combine(Clone, "src", "Dashboard.Web")).FullName;
        var program = Directory.CreateDirectory(Path.Combine(web, "bin", "Release", "net10.0")).FullName;
        foreach (var other in new[] { "migrations", "wwwroot", "sdk" })
        {
            Directory.CreateDirectory(Path.Combine(Clone, other));
        }

        foreach (var script in new[] { "run.sh", "install.sh" })
        {
            File.Copy(Path.Combine(Repository.Root, "src", script), Path.Combine(Clone, "src", script));
        }

        var files = new Dictionary<string, string>
        {
            [Path.Combine(Clone, "appsettings.json")] = "{}",
            [Path.Combine(Clone, "global.json")] = "{}",
            [Path.Combine(Clone, "Directory.Build.props")] = "",
            [Path.Combine(program, "Dashboard.Web.dll")] = "",
            [Path.Combine(Clone, "sdk", "dotnet")] = """
                #!/bin/sh
                if [ "$1" = --version ]; then echo 10.0.100; else echo "started $*"; fi
                """,
        };
        foreach (var (path, text) in files)
        {
            await File.WriteAllTextAsync(
                path, text.Replace("\r", "", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        }

        File.SetUnixFileMode(Path.Combine(Clone, "sdk", "dotnet"), (UnixFileMode)0b111_101_101);
        var stamp = Path.Combine(Directory.CreateDirectory(Path.Combine(web, "obj")).FullName, "run.stamp");
        var gpu = File.Exists("/proc/driver/nvidia/version") ? "gpu" : "no gpu";
        await File.WriteAllTextAsync(stamp, $"10.0.100 {gpu}\n", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(stamp, DateTime.UtcNow.AddSeconds(5));
    }

    private async Task<(int Code, string Said)> StartAsync()
    {
        var start = new ProcessStartInfo(
            AsOther,
            [
                $"--reuid={OtherUser}", $"--regid={OtherUser}", "--clear-groups",
                "bash", Path.Combine(Clone, "src", "run.sh"), "--urls",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Path.Combine(Clone, "sdk")}:{start.Environment["PATH"]}";
        start.Environment["ConnectionStrings__Dashboard"] = "Host=nowhere";
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, string.Concat(said));
    }
}
