using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Web.Hosting;

/// <summary>
/// One worker process, started again when it dies. It ends when its standard input closes, and so also when this process dies.
/// </summary>
internal sealed class LocalWorker : IAsyncDisposable
{
    private const string SetSid = "/usr/bin/setsid";
    private const long LongestLog = 10 << 20;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource stop = new();
    private readonly string program;
    private readonly IReadOnlyDictionary<string, string> environment;
    private readonly string logPath;
    private readonly ILogger log;
    private readonly Task keeper;

    public LocalWorker(string program, IReadOnlyDictionary<string, string> environment, string logPath, ILogger log)
    {
        (this.program, this.environment, this.logPath, this.log) = (program, environment, logPath, log);
        keeper = Task.Run(KeepAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await keeper;
        stop.Dispose();
    }

    private async Task KeepAsync()
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await RunOnceAsync();
            }
            catch (Exception error) when (
                error is IOException or System.ComponentModel.Win32Exception or UnauthorizedAccessException)
            {
                log.LogError(error, "A worker could not be started");
            }

            // One that lived for a while died of something new; one that dies at once will do so again.
            pause = Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1) ? TimeSpan.FromSeconds(1) : pause * 2;
            pause = pause < LongestPause ? pause : LongestPause;
            await Task.Delay(pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunOnceAsync()
    {
        if (File.Exists(logPath) && new FileInfo(logPath).Length > LongestLog)
        {
            File.Move(logPath, logPath + ".old", overwrite: true);
        }

        await using var file = new StreamWriter(logPath, append: true) { AutoFlush = true };
        using var process = Process.Start(StartInfo())!;
        var output = Task.WhenAll(CopyAsync(process.StandardOutput, file), CopyAsync(process.StandardError, file));
        try
        {
            await process.WaitForExitAsync(stop.Token);
            log.LogWarning("A worker ended with {ExitCode}; its log is {Log}. It is started again", process.ExitCode, logPath);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
        }

        // A grandchild may still hold the pipe; what it says after its parent is gone is not waited for.
        await Task.WhenAny(output, Task.Delay(TimeSpan.FromSeconds(1)));
    }

    /// <summary>Closes stdin, so that a run can write its checkpoint; kills the process after the grace period.</summary>
    private async Task EndAsync(Process process)
    {
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Grace);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            log.LogWarning("A worker did not end within {Grace}; it is killed", Grace);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private ProcessStartInfo StartInfo()
    {
        var dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        string[] command = [dotnet, program, "serve", "--watch-stdin"];
        // Ctrl-C reaches every process of the terminal's group. In a session of its own the worker is stopped by us, in order.
        var start = File.Exists(SetSid) ? new ProcessStartInfo(SetSid, command) : new ProcessStartInfo(command[0], command[1..]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.WorkingDirectory = Path.GetDirectoryName(logPath);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task CopyAsync(StreamReader from, StreamWriter to)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (to)
            {
                to.WriteLine($"{DateTimeOffset.UtcNow.ToString("u", CultureInfo.InvariantCulture)} {line}");
            }
        }
    }
}
