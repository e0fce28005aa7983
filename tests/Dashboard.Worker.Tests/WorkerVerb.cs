using System.Diagnostics;
using Dashboard.Testing;

namespace Dashboard.Worker.Tests;

/// <summary>The worker's program as somebody in a terminal uses it.</summary>
internal static class WorkerVerb
{
    /// <summary>A run of a few seconds on drawn flowers.</summary>
    public static string[] Training(string folder) =>
    [
        "train", "--output", folder,
        "--set", "epochs=1", "imageSize=16", "batchSize=16", "precision=fp32", "network.widths=[8,16]", "network.blockDepth=1",
        "evaluation.kid.images=32",
        "samples.count=2", "samples.firstSeed=7", "samples.evaluations=5", "samples.framed=0", "samples.frames=0",
    ];

    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, said, complained) = await TryAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments)}: {said}{complained}");
        return said;
    }

    public static Task<(int Code, string Said, string Complained)> TryAsync(params string[] arguments)
    {
        return ProgramAsync("dotnet", [Repository.WorkerProgram, .. arguments]);
    }

    public static async Task<(int Code, string Said, string Complained)> ProgramAsync(
        string program, string[] arguments, Action<ProcessStartInfo>? prepare = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        prepare?.Invoke(start);
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await said, await complained);
    }
}
