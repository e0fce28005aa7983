using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;

namespace Dashboard.Worker.Serving;

/// <summary>How a child ended.</summary>
/// <param name="Code">Its exit code; 128 + n when signal n killed it.</param>
/// <param name="LastLines">Of its standard error, the oldest first.</param>
/// <param name="KilledForMemory">The kernel killed a process of this container for memory while the child lived.</param>
internal sealed record ChildEnd(int Code, IReadOnlyList<string> LastLines, bool KilledForMemory);

/// <summary>
/// A child that may load native libraries, and crash by them. It is told what to do through its standard input, which also
/// ends when this process is killed; see <see cref="ChildProtocol"/>.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int KeptLines = 40;

    /// <summary>How long a child may take to end by itself once nothing is left to do.</summary>
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(2);

    private readonly Process process;
    private readonly Queue<string> lastLines = new();
    private readonly Channel<string> output = Channel.CreateUnbounded<string>();
    private readonly long memoryKillsBefore = MemoryKills();

    private ChildProcess(Process process)
    {
        this.process = process;
        var (said, complained) = (ReadOutputAsync(), ReadErrorsAsync());
        Exited = EndAsync(said, complained);
    }

    public int Id => process.Id;

    public Task<ChildEnd> Exited { get; }

    /// <summary>Starts this program once more.</summary>
    /// <param name="environment">What its environment has differently; null removes a variable.</param>
    /// <param name="background">Runs with lower priority, so that pages and sampling stay quick.</param>
    public static ChildProcess Start(
        IReadOnlyList<string> arguments, IEnumerable<KeyValuePair<string, string?>> environment, bool background)
    {
        const string nice = "/usr/bin/nice";
        var program = Environment.ProcessPath!;
        List<string> command = Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, typeof(ChildProcess).Assembly.Location]
            : [program];
        if (background && File.Exists(nice))
        {
            command.InsertRange(0, [nice, "-n", "5"]);
        }

        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments]);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Start(start);
    }

    public static ChildProcess Start(ProcessStartInfo start)
    {
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>Lines of its standard output; ends with the process.</summary>
    public IAsyncEnumerable<string> Lines(CancellationToken stop) => output.Reader.ReadAllAsync(stop);

    /// <summary>Hands the child a run; ends when the child is through with it, or ends itself.</summary>
    public async Task RunAsync(ClaimedRun run)
    {
        Say(ChildProtocol.Run(run));
        await foreach (var line in Lines(CancellationToken.None))
        {
            if (ChildProtocol.ParseEnded(line) == run)
            {
                return;
            }
        }

        await Exited;
    }

    public void Tell(RunCommand command)
    {
        if (command == RunCommand.Leave)
        {
            CloseInput();
        }
        else
        {
            Say(ChildProtocol.Command(command));
        }
    }

    /// <summary>Sends a line; does nothing when the child has ended.</summary>
    private void Say(string line)
    {
        try
        {
            process.StandardInput.WriteLine(line);
            process.StandardInput.Flush();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Its end is awaited elsewhere.
        }
    }

    public void CloseInput()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // It closed its end first.
        }
    }

    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is InvalidOperationException or Win32Exception)
        {
            // It ended by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        CloseInput();
        if (await Task.WhenAny(Exited, Task.Delay(EndGrace)) != Exited)
        {
            Kill();
            await Exited;
        }

        process.Dispose();
    }

    private async Task<ChildEnd> EndAsync(Task said, Task complained)
    {
        await process.WaitForExitAsync();
        // A grandchild may hold the pipes open.
        await Task.WhenAny(Task.WhenAll(said, complained), Task.Delay(TimeSpan.FromMilliseconds(500)));
        output.Writer.TryComplete();
        lock (lastLines)
        {
            return new ChildEnd(process.ExitCode, [.. lastLines], MemoryKills() > memoryKillsBefore);
        }
    }

    private async Task ReadOutputAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            output.Writer.TryWrite(line);
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            await Console.Error.WriteLineAsync($"[{process.Id}] {line}");
            lock (lastLines)
            {
                lastLines.Enqueue(line);
                if (lastLines.Count > KeptLines)
                {
                    lastLines.Dequeue();
                }
            }
        }
    }

    /// <summary>How often the kernel has killed a process of this container for memory; 0 where that is not known.</summary>
    private static long MemoryKills()
    {
        const string events = "/sys/fs/cgroup/memory.events";
        const string name = "oom_kill ";
        try
        {
            var line = File.ReadLines(events).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line[name.Length..], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
