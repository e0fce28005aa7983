using System.CommandLine;
using System.Globalization;
using Dashboard.Engine.Metrics;

namespace Dashboard.Worker.Verbs;

/// <summary><c>weights</c>: adds InceptionV3's weights, which don't ship with the program, to the artifacts.</summary>
internal static class WeightsVerb
{
    private const string KeepThem = "keep the weights that are there (\"weights status\" checks them)";

    public static Command Create()
    {
        var artifacts = new Option<DirectoryInfo?>("--artifacts")
        {
            Description = "The folder that all workers and the web share; Dashboard__Artifacts if left out.",
            Recursive = true,
        };
        return new Command("weights", "Shows or adds the weights for the extractors inception-75 and inception-299.")
        {
            artifacts, Status(artifacts), Add(artifacts), Fetch(artifacts),
        };
    }

    private static Command Status(Option<DirectoryInfo?> artifacts)
    {
        var command = new Command("status", "Says whether the weights are there and valid.");
        command.SetAction(arguments => Terminal.TryAsync(() =>
        {
            var path = Path.Combine(Folder(arguments.GetValue(artifacts)), InceptionWeights.FileName);
            Console.WriteLine(File.Exists(path)
                ? $"{path} is valid, SHA-256 {InceptionWeights.Check(path)}"
                : throw new InvalidDataException(
                    $"{path} is missing: run \"weights fetch\", or \"weights add <file>\" without internet"));
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command Add(Option<DirectoryInfo?> artifacts)
    {
        var file = new Argument<FileInfo>("file")
        {
            Description = "timm/inception_v3.tv_in1k's model.safetensors, or one with the same tensors.",
        };
        var overwrite = new OverwriteOption(KeepThem);
        var command = new Command("add", "Checks every tensor's name and shape, then copies the file.")
        {
            file, overwrite.Option,
        };
        command.SetAction(arguments => Terminal.TryAsync(() =>
        {
            var folder = Folder(arguments.GetValue(artifacts));
            overwrite.Check(arguments, Path.Combine(folder, InceptionWeights.FileName));
            var found = InceptionWeights.Add(arguments.GetRequiredValue(file).FullName, folder);
            Console.WriteLine($"{Path.Combine(folder, InceptionWeights.FileName)} added, SHA-256 {found}");
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command Fetch(Option<DirectoryInfo?> artifacts)
    {
        var from = new Option<Uri>("--from")
        {
            Description = "Where to download from.", DefaultValueFactory = _ => InceptionWeights.DefaultSource,
        };
        var sha256 = new Option<string?>("--sha256") { Description = "The expected SHA-256, 64 hexadecimal digits." };
        var overwrite = new OverwriteOption(KeepThem);
        var command = new Command("fetch", "Downloads, checks and adds the weights; continues an interrupted download.")
        {
            from, sha256, overwrite.Option,
        };
        command.SetAction((arguments, stop) => Terminal.TryAsync(async () =>
        {
            var folder = Folder(arguments.GetValue(artifacts));
            overwrite.Check(arguments, Path.Combine(folder, InceptionWeights.FileName));
            using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            var found = await InceptionWeights.FetchAsync(
                http, arguments.GetRequiredValue(from), folder, arguments.GetValue(sha256), new Percentage(), stop);
            Console.WriteLine($"{Path.Combine(folder, InceptionWeights.FileName)} added, SHA-256 {found}");
        }));
        return command;
    }

    private static string Folder(DirectoryInfo? artifacts) => InceptionWeights.FolderIn(
        artifacts?.FullName
        ?? Environment.GetEnvironmentVariable("Dashboard__Artifacts")
        ?? throw new InvalidOperationException("Dashboard__Artifacts is not set: set it, or name the folder with --artifacts."));

    /// <summary>Every tenth of the file; in order, unlike Progress&lt;T&gt;.</summary>
    private sealed class Percentage : IProgress<double>
    {
        private int told;

        public void Report(double value)
        {
            if ((int)(value * 10) > told)
            {
                told = (int)(value * 10);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{told * 10} %"));
            }
        }
    }
}
