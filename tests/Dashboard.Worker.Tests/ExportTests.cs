using System.Diagnostics;
using Dashboard.Testing;
using SkiaSharp;

namespace Dashboard.Worker.Tests;

/// <summary>What leaves the dashboard must work without it: exported weights in plain PyTorch.</summary>
public sealed class ExportTests : IDisposable
{
    private const int Size = 16;
    private const string Python = "/usr/bin/python3";
    private readonly string folder = Directory.CreateTempSubdirectory("export-tests-").FullName;

    /// <summary>
    /// The same seed in the script beside the second implementation gives the same picture, but for the last bits of another
    /// PyTorch's convolutions.
    /// </summary>
    [Fact]
    public async Task A_script_of_plain_pytorch_draws_the_same_picture_from_exported_weights()
    {
        await WorkerAsync(
            "train", "--output", folder,
            "--set", "epochs=1", $"imageSize={Size}", "batchSize=16", "precision=fp32", "network.widths=[8,16]", "network.blockDepth=1", "evaluation.kid.images=8",
            "samples.count=2", "samples.firstSeed=7", "samples.evaluations=5", "samples.framed=0", "samples.frames=0");
        var checkpoint = Directory.GetFiles(folder, "last.safetensors", SearchOption.AllDirectories).Single();
        var export = Path.Combine(folder, "weights.safetensors");
        await WorkerAsync("export", checkpoint, export);
        Assert.InRange(new FileInfo(export).Length, 1000, new FileInfo(checkpoint).Length / 3);

        var drawn = Path.Combine(folder, "drawn");
        await WorkerAsync("sample", export, "--output", drawn, "--evaluations", "5", "--first-seed", "7", "--count", "1", "--frames", "0");
        var ours = Pixels(Directory.GetFiles(drawn, "*.png", SearchOption.AllDirectories).Single());

        var ppm = Path.Combine(folder, "picture.ppm");
        var reference = Path.Combine(Repository.Root, "tests", "reference");
        await RunAsync(Python, [Path.Combine(reference, "use_weights.py"), export, "7", ppm], start =>
            start.Environment["PYTHONPATH"] = Path.Combine(reference, "stand_ins"));
        var theirs = (await File.ReadAllBytesAsync(ppm, TestContext.Current.CancellationToken))[^ours.Length..];

        Assert.True(ours.Distinct().Count() > 20, "a picture of one colour would prove nothing");
        var worst = ours.Zip(theirs).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(worst, 0, 2);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static byte[] Pixels(string png)
    {
        using var bitmap = SKBitmap.Decode(png);
        Assert.Equal(Size, bitmap.Width);
        return [.. bitmap.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue })];
    }

    private static Task WorkerAsync(params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.Combine(Repository.Root, "src", "Dashboard.Worker", "bin", configuration, "net10.0", "Dashboard.Worker.dll");
        return RunAsync("dotnet", [program, .. arguments]);
    }

    private static async Task RunAsync(string program, string[] arguments, Action<ProcessStartInfo>? prepare = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        prepare?.Invoke(start);
        using var process = Process.Start(start)!;
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await said}{await complained}");
    }
}
