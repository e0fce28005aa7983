using System.Diagnostics;
using System.Text;
using Dashboard.Testing;

namespace Dashboard.Worker.Tests;

/// <summary>A real worker, as the web starts it.</summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();

    private WorkerProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

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

    public static WorkerProcess Start(string connectionString, string artifacts)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.WorkerProgram, "serve", "--watch-stdin"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["ConnectionStrings__Dashboard"] = connectionString;
        start.Environment["Dashboard__Artifacts"] = artifacts;
        // The networks are so small that a second thread only waits, and under load it waits long.
        start.Environment["OMP_NUM_THREADS"] = "1";
        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>Processes that it started, by what their command line holds.</summary>
    public IReadOnlyList<int> Children(string word) => [.. Process.GetProcesses()
        .Where(p => ParentOf(p.Id) == Id && CommandLineOf(p.Id).Contains(word, StringComparison.Ordinal))
        .Select(p => p.Id)];

    public static void Signal(int processId, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{processId}"]);
        kill.WaitForExit();
    }

    public void CloseInput() => process.StandardInput.Close();

    public Task WaitForExitAsync(CancellationToken stop) => process.WaitForExitAsync(stop);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    public static bool IsAlive(int processId) =>
        Directory.Exists($"/proc/{processId}") && !Status(processId).Contains("State:\tZ", StringComparison.Ordinal);

    private static int ParentOf(int processId) =>
        Status(processId).Split('\n')
            .Where(l => l.StartsWith("PPid:", StringComparison.Ordinal)).Select(l => int.Parse(l[5..], null)).FirstOrDefault();

    private static string Status(int processId) => Read($"/proc/{processId}/status");

    private static string CommandLineOf(int processId) => Read($"/proc/{processId}/cmdline").Replace('\0', ' ');

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}
