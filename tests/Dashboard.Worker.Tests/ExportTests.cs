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
        await WorkerVerb.RunAsync(WorkerVerb.Training(folder));
        var checkpoint = Directory.GetFiles(folder, "last.safetensors", SearchOption.AllDirectories).Single();
        var export = Path.Combine(folder, "weights.safetensors");
        await WorkerVerb.RunAsync("export", checkpoint, export);
        Assert.InRange(new FileInfo(export).Length, 1000, new FileInfo(checkpoint).Length / 3);

        var drawn = Path.Combine(folder, "drawn");
        await WorkerVerb.RunAsync(
            "sample", export, "--output", drawn, "--set", "evaluations=5", "seeds.first=7", "seeds.count=1");
        var ours = Pixels(Directory.GetFiles(drawn, "*.png", SearchOption.AllDirectories).Single());

        var ppm = Path.Combine(folder, "picture.ppm");
        var reference = Path.Combine(Repository.Root, "tests", "reference");
        var (code, said, complained) = await WorkerVerb.ProgramAsync(
            Python, [Path.Combine(reference, "use_weights.py"), export, "7", ppm], start =>
            start.Environment["PYTHONPATH"] = Path.Combine(reference, "stand_ins"));
        Assert.True(code == 0, said + complained);
        var theirs = (await File.ReadAllBytesAsync(ppm, TestContext.Current.CancellationToken))[^ours.Length..];

        Assert.True(ours.Distinct().Count() > 20, "a picture of one colour would prove nothing");
        var worst = ours.Zip(theirs).Max(pair => Math.Abs(pair.First - pair.Second));
        Assert.InRange(worst, 0, 2);
    }

    [Fact]
    public async Task A_file_that_is_not_a_checkpoint_is_not_exported()
    {
        var text = Path.Combine(folder, "notes.txt");
        await File.WriteAllTextAsync(text, "not a checkpoint", TestContext.Current.CancellationToken);
        var export = Path.Combine(folder, "weights.safetensors");

        var (code, _, complained) = await WorkerVerb.TryAsync("export", text, export);
        Assert.Equal(1, code);
        Assert.Contains("notes.txt can't be exported: not a safetensors file", complained, StringComparison.Ordinal);
        Assert.False(File.Exists(export));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static byte[] Pixels(string png)
    {
        using var bitmap = SKBitmap.Decode(png);
        Assert.Equal(Size, bitmap.Width);
        return [.. bitmap.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue })];
    }
}
