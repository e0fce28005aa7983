using System.Globalization;
using System.Text.RegularExpressions;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Worker.Verbs;

/// <summary>Shows a run in a terminal: metrics and facts as lines, pictures as files.</summary>
/// <param name="overwrite">Whether a picture may replace another of the same name.</param>
internal sealed partial class RunOutput(string folder, bool overwrite)
{
    /// <summary>All pictures in a folder that a run may have written there.</summary>
    public static IEnumerable<string> PicturesIn(string folder) =>
        (Directory.Exists(folder) ? Directory.GetFiles(folder, "*.png") : [])
            .Where(file => Picture().IsMatch(Path.GetFileName(file)));

    /// <summary>The picture or frame of one of these seeds, drawn after this epoch, that is in the folder already.</summary>
    public static string? FindPicture(string folder, int epoch, IReadOnlySet<long> seeds) => PicturesIn(folder).FirstOrDefault(
        file => Picture().Match(Path.GetFileName(file)) is { } name
            && int.TryParse(name.Groups[1].Value, CultureInfo.InvariantCulture, out var number) && number == epoch
            && long.TryParse(name.Groups[2].Value, CultureInfo.InvariantCulture, out var seed) && seeds.Contains(seed));

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
        // The images of an interpolation have one seed and differ by how far they are on the way to the other.
        var way = image.SlerpTo is { } to
            ? string.Create(CultureInfo.InvariantCulture, $"-to-{to}-at-{image.SlerpShare:F4}")
            : "";
        var frame = image.Frame is { } moment ? $"-{moment.Index:D3}-{moment.Shows}".ToLowerInvariant() : "";
        var name = $"epoch-{image.Clock.Epoch:D3}-seed-{image.Seed}{way}{frame}.png";
        using var file = new FileStream(Path.Combine(folder, name), overwrite ? FileMode.Create : FileMode.CreateNew);
        file.Write(image.Png);
    }

    [GeneratedRegex(@"^epoch-(\d+)-seed-(-?\d+)(-.*)?\.png$")]
    private static partial Regex Picture();
}
