using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Web.Hosting;

/// <summary>One worker process, started again when it dies. It ends by itself when its standard input closes, so also when this process dies.</summary>
internal sealed class LocalWorker : IAsyncDisposable
{
    private const string SetSid = "/usr/bin/setsid";
    private const long LongestLog = 10 << 20;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly string _program;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string _logPath;
    private readonly ILogger _log;
    private readonly Task _keeper;

    public LocalWorker(string program, IReadOnlyDictionary<string, string> environment, string logPath, ILogger log)
    {
        (_program, _environment, _logPath, _log) = (program, environment, logPath, log);
        _keeper = Task.Run(KeepAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeper;
        _stop.Dispose();
    }

    private async Task KeepAsync()
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!_stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await RunOnceAsync();
            }
            catch (Exception error) when (error is IOException or System.ComponentModel.Win32Exception or UnauthorizedAccessException)
            {
                _log.LogError(error, "A worker could not be started");
            }

            // One that lived for a while died of something new; one that dies at once will do so again.
            pause = Stopwatch.GetElapsedTime(started) > TimeSpan.FromMinutes(1) ? TimeSpan.FromSeconds(1) : pause * 2;
            pause = pause < LongestPause ? pause : LongestPause;
            await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunOnceAsync()
    {
        if (File.Exists(_logPath) && new FileInfo(_logPath).Length > LongestLog)
        {
            File.Move(_logPath, _logPath + ".old", overwrite: true);
        }

        await using var log = new StreamWriter(_logPath, append: true) { AutoFlush = true };
        using var process = Process.Start(StartInfo())!;
        var output = Task.WhenAll(CopyAsync(process.StandardOutput, log), CopyAsync(process.StandardError, log));
        try
        {
            await process.WaitForExitAsync(_stop.Token);
            _log.LogWarning("A worker ended with {ExitCode}; its last words are in {Log}. It is started again", process.ExitCode, _logPath);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
        }

        // A grandchild may still hold the pipe; what it says after its parent is gone is not waited for.
        await Task.WhenAny(output, Task.Delay(TimeSpan.FromSeconds(1)));
    }

    /// <summary>Asks by closing the standard input, so that a run can write its checkpoint; insists after a while.</summary>
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
            _log.LogWarning("A worker did not end within {Grace}; it is killed", Grace);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private ProcessStartInfo StartInfo()
    {
        string[] command = [Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", _program, "serve", "--watch-stdin"];
        // Ctrl-C reaches every process of the terminal's group. In a session of its own the worker is stopped by us, in order.
        var start = File.Exists(SetSid) ? new ProcessStartInfo(SetSid, command) : new ProcessStartInfo(command[0], command[1..]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.WorkingDirectory = Path.GetDirectoryName(_logPath);
        foreach (var (name, value) in _environment)
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
