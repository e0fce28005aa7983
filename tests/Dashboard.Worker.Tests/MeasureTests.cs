using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Dashboard.Worker.Tests;

/// <summary><c>measure</c>: the same protocol as the run's own KID.</summary>
public sealed partial class MeasureTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("measure-tests-").FullName;

    [Fact]
    public async Task A_checkpoint_meets_its_runs_KID_again_and_others_have_their_own()
    {
        var told = await WorkerVerb.RunAsync(WorkerVerb.Training(folder));
        var kid = double.Parse(ValidationKid().Match(told).Groups[1].Value, CultureInfo.InvariantCulture);
        var checkpoint = Path.Combine(folder, "last.safetensors");
        var images = Path.Combine(folder, "images");

        var lines = (await WorkerVerb.RunAsync("measure", checkpoint, "--work", images, "--evaluations", "5", "2"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal([5, 2], lines.Select(line => line.GetProperty("evaluations").GetInt32()));
        Assert.Equal(kid, lines[0].GetProperty("kid").GetDouble(), Math.Abs(kid) * 1e-4);
        Assert.NotEqual(lines[0].GetProperty("kid").GetDouble(), lines[1].GetProperty("kid").GetDouble());
        Assert.Contains("by ddim, 2 sampling steps", lines[1].GetProperty("protocol").GetString(), StringComparison.Ordinal);

        var (code, _, complaint) = await WorkerVerb.TryAsync("measure", checkpoint, "--work", images, "--set", "sampler=euler");
        Assert.Equal(1, code);
        Assert.StartsWith("sampler: Use one of: ddim,", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_set_that_changed_since_the_checkpoint_is_refused_in_one_line()
    {
        await WorkerVerb.RunAsync(WorkerVerb.Training(folder));
        var others = Directory.CreateDirectory(Path.Combine(folder, "others")).FullName;
        foreach (var (index, picture) in Directory.GetFiles(Path.Combine(folder, "samples"), "*.png").Index())
        {
            File.Copy(picture, Path.Combine(others, $"{index}.png"));
        }

        var (code, _, complaint) = await WorkerVerb.TryAsync(
            "measure", Path.Combine(folder, "last.safetensors"), others, "--work", Path.Combine(folder, "other-work"));
        Assert.Equal(1, code);
        Assert.StartsWith("These are not the images that the checkpoint was trained on", complaint, StringComparison.Ordinal);
        Assert.Single(complaint.Trim().Split('\n'));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [GeneratedRegex(@"val/kid (-?[0-9.E-]+)")]
    private static partial Regex ValidationKid();
}
