using System.Globalization;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Worker.Verbs;

/// <summary>Shows a run in a terminal: metrics and facts as lines, pictures as files.</summary>
internal sealed class RunOutput(string folder)
{
    public void Report(RunEvent told)
    {
        switch (told)
        {
            case MetricsEvent metrics:
                var values = metrics.Values.Select(
                    pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:G5}"));
                Console.WriteLine($"epoch {told.Clock.Epoch} step {told.Clock.Step}: {string.Join(", ", values)}");
                break;
            case FactEvent fact:
                Console.WriteLine($"{fact.Name}: {fact.Value}");
                break;
            case FloorEvent floor:
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{floor.Metric} floor: {floor.Value:G6}"));
                break;
            case AdviceEvent { Text.Length: > 0 } advice:
                Console.WriteLine($"Advice: {advice.Text}");
                break;
            case LogEvent log:
                Console.WriteLine($"{log.Level}: {log.Text}");
                break;
            case CheckpointEvent checkpoint:
                Console.WriteLine($"{checkpoint.Kind} checkpoint {checkpoint.Path}");
                break;
            case ProgressEvent progress:
                var remaining = progress.Remaining is { } time ? $", {time:hh\\:mm\\:ss} left" : "";
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{progress.ImagesDone}/{progress.ImagesTotal} images, {progress.ImagesPerSecond:F1}/s{remaining}, "
                    + $"{progress.Phase}"));
                break;
            case ImageEvent image:
                Write(image);
                break;
        }
    }

    private void Write(ImageEvent image)
    {
        Directory.CreateDirectory(folder);
        var frame = image.Frame is { } moment ? $"-{moment.Index:D3}-{moment.Shows}".ToLowerInvariant() : "";
        File.WriteAllBytes(Path.Combine(folder, $"epoch-{image.Clock.Epoch:D3}-seed-{image.Seed}{frame}.png"), image.Png);
    }
}
