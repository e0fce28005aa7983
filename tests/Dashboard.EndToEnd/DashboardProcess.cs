using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Dashboard.EndToEnd;

/// <summary>The dashboard as a new user starts it: <c>bash src/run.sh</c> on an empty home.</summary>
internal sealed partial class DashboardProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private readonly StringBuilder output = new();
    private readonly Process process;
    private readonly Dictionary<string, string> environment;

    private DashboardProcess(Process process, Dictionary<string, string> environment, string home, Uri address)
    {
        (this.process, this.environment, Home, Address) = (process, environment, home, address);
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Home { get; }

    public Uri Address { get; }

    /// <summary>The process group of all that it started.</summary>
    public int Group => process.Id;

    /// <summary>Everything it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <param name="flowers">How many images the data set has that every dashboard starts with.</param>
    /// <param name="settings">Environment variables beside those of every test.</param>
    public static async Task<DashboardProcess> StartAsync(
        CancellationToken stop, int flowers = 2000, IReadOnlyDictionary<string, string>? settings = null)
    {
        // Not below a private temporary folder: Postgres may have to run as another user inside it.
        var home = Directory.CreateTempSubdirectory("dashboard-e2e-").FullName;
        File.SetUnixFileMode(home, (UnixFileMode)0b111_101_101);
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var environment = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["ASPNETCORE_URLS"] = address.ToString().TrimEnd('/'),
            ["Dashboard__Home"] = Path.Combine(home, "data"),
            ["Dashboard__Datasets__FirstFlowers"] = flowers.ToString(CultureInfo.InvariantCulture),
        };

        // setsid gives it a process group of its own, so that Ctrl-C can be sent to all of it as a terminal does.
        var dashboard = new DashboardProcess(Start("setsid", ["bash", "src/run.sh"], environment), environment, home, address);
        try
        {
            await dashboard.WaitUntilReadyAsync(stop);
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }

        return dashboard;
    }

    /// <summary>The one-time link that the first start prints.</summary>
    public Uri FirstAccountLink() =>
        new(Link().Match(Output) is { Success: true } link
            ? link.Value
            : throw new InvalidOperationException($"no link in:\n{Output}"));

    /// <summary>Runs <c>bash src/run.sh</c> with arguments beside the running one; answers its last line.</summary>
    public async Task<string> RunVerbAsync(string[] arguments, CancellationToken stop)
    {
        using var process = Start("bash", ["src/run.sh", .. arguments], environment);
        var output = await process.StandardOutput.ReadToEndAsync(stop);
        var error = await process.StandardError.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        return process.ExitCode == 0
            ? output.TrimEnd().Split('\n')[^1].Trim()
            : throw new InvalidOperationException(
                $"{string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{error}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            _ = Kill(-process.Id, Interrupt);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _ = Kill(-process.Id, ForceKill);
                throw new TimeoutException($"did not stop within 60 s of Ctrl-C:\n{Output}");
            }
        }

        process.Dispose();
        Directory.Delete(Home, recursive: true);
    }

    private const int Interrupt = 2;
    private const int ForceKill = 9;

    private async Task WaitUntilReadyAsync(CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        var started = Stopwatch.StartNew();
        while (started.Elapsed < StartLimit)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"src/run.sh ended with {process.ExitCode}:\n{Output}");
            }

            try
            {
                using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), stop);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }

            await Task.Delay(300, stop);
        }

        throw new TimeoutException($"not ready after {StartLimit}:\n{Output}");
    }

    private void Append(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }

    private static Process Start(string file, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    [GeneratedRegex(@"http://\S+/account/\S+")]
    private static partial Regex Link();
}
