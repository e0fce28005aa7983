using System.Text.Json;
using Dashboard.Formats;
using Dashboard.Testing;
using SkiaSharp;

namespace Dashboard.Worker.Tests;

/// <summary>The terminal's verbs hold to what the dashboard holds to.</summary>
public sealed class TerminalTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("terminal-tests-").FullName;

    private string Run => Path.Combine(folder, "run");

    private string Last => Path.Combine(Run, "last.safetensors");

    [Fact]
    public async Task A_resumed_run_keeps_its_own_spec_and_refuses_other_fields_by_name()
    {
        var photos = Photos(12, seed: 1);
        await TrainAsync(photos, "--set", "epochs=1", "parameterization=velocity", "lossTarget=velocity", "schedule.kind=cosine");
        var first = FileHash.Sha256(Last);

        foreach (var (given, named) in new (string[], string)[]
        {
            (["--set", "lossTarget=noise"], "lossTarget (velocity, not noise)"),
            (["--set", "schedule.kind=karras", "epochs=2"], "schedule.kind (cosine, not karras)"),
            (["--set", "network={\"widths\":[8,16,16]}"], "network.widths (8, 16, not 8, 16, 16)"),
            (["--preset", "ddpm-keras"], "preset (ddim-keras, not ddpm-keras)"),
            (["--set", "seed=2", "batchSize=2"], "batchSize (4, not 2), seed (1, not 2)"),
        })
        {
            var (code, _, complained) = await WorkerVerb.TryAsync(["train", photos, "--output", Run, "--resume", .. given]);
            Assert.Equal(1, code);
            Assert.Contains(named, complained, StringComparison.Ordinal);
            Assert.Single(Lines(complained));
        }

        // Without the images it finds those it was trained on; a longer run is the same run.
        var said = await WorkerVerb.RunAsync(
            "train", "--output", Run, "--resume", "--set", "epochs=2", "imageSize=16", "schedule.kind=cosine");
        Assert.Contains("epoch 2 step", said, StringComparison.Ordinal);
        Assert.NotEqual(first, FileHash.Sha256(Last));
        var (_, _, own) = await WorkerVerb.TryAsync("train", "--output", Run, "--resume", "--set", "lossTarget=noise");
        Assert.Contains("lossTarget (velocity, not noise)", own, StringComparison.Ordinal);

        var ended = await WorkerVerb.RunAsync("train", photos, "--output", Run, "--resume");
        Assert.Contains("all of its 2 epochs are done", ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resume_of_nothing_and_of_other_images_is_refused()
    {
        var photos = Photos(12, seed: 1);
        await RefusedAsync($"There is no checkpoint in {Run} to resume from.", "train", photos, "--output", Run, "--resume");
        Assert.False(Directory.Exists(Run));

        await TrainAsync(photos);
        var before = FileHash.Sha256(Last);
        Directory.Delete(photos, recursive: true);
        Photos(12, seed: 100);
        await RefusedAsync(
            "does not hold the images that this run was trained on", "train", photos, "--output", Run, "--resume",
            "--set", "epochs=2");
        await RefusedAsync("not both", "train", photos, "--output", Run, "--resume", "--overwrite");
        Assert.Equal(before, FileHash.Sha256(Last));
    }

    [Fact]
    public async Task No_verb_replaces_what_exists_unless_it_is_asked_to()
    {
        var photos = Photos(12, seed: 1);
        await TrainAsync(photos);
        var first = FileHash.Sha256(Last);
        var again = Training(photos, "--set", "seed=99");
        await RefusedAsync("holds a run already (last.safetensors)", again);
        Assert.Equal(first, FileHash.Sha256(Last));

        string[] sample =
        [
            "sample", Last, "--output", Path.Combine(folder, "drawn"), "--set", "evaluations=1", "seeds.first=3", "seeds.count=2",
        ];
        await WorkerVerb.RunAsync(sample);
        await RefusedAsync("seed-4.png exists already", [.. sample, "--set", "seeds.first=4"]);
        await WorkerVerb.RunAsync([.. sample, "--set", "seeds.first=5"]);
        await WorkerVerb.RunAsync([.. sample, "--overwrite"]);

        // An interpolation's images all start from one seed: each is a file of its own.
        var way = Path.Combine(folder, "way");
        await WorkerVerb.RunAsync(
            "sample", Last, "--output", way, "--set", "evaluations=1", "slerp.from=1", "slerp.to=2", "slerp.count=3");
        Assert.Equal(3, Directory.GetFiles(way, "*.png").Length);

        var weights = Path.Combine(folder, "weights.safetensors");
        await WorkerVerb.RunAsync("export", Last, weights);
        var exported = FileHash.Sha256(weights);
        await RefusedAsync("weights.safetensors exists already", "export", Last, weights);
        await RefusedAsync("replace the checkpoint itself", "export", Last, Last, "--overwrite");
        await WorkerVerb.RunAsync("export", Last, weights, "--overwrite");
        Assert.Equal(exported, FileHash.Sha256(weights));
        await RefusedAsync("weights alone, from which no run can be resumed", ResumeOf(weights));

        await RefusedAsync(
            "weights.safetensors exists already", "train-features", Path.Combine(folder, "cifar10.zip"), "--output", weights);
        await RefusedAsync(
            "weights.safetensors exists already", "bench", photos,
            "--set", "imageSize=16", "--work", Path.Combine(folder, "work"),
            "--steps", "0", "--draws", "0", "--export-pixels", weights);
        var features = Directory.CreateDirectory(Path.Combine(folder, "weights")).FullName;
        var inception = Path.Combine(features, "inception-v3.safetensors");
        File.Copy(weights, inception);
        await RefusedAsync("inception-v3.safetensors exists already", "weights", "add", weights, "--artifacts", folder);

        await WorkerVerb.RunAsync([.. again, "--overwrite"]);
        Assert.NotEqual(first, FileHash.Sha256(Last));
    }

    [Fact]
    public async Task The_images_that_a_folder_holds_now_are_trained_on_and_no_others_of_its_name()
    {
        var photos = Photos(12, seed: 1);
        await TrainAsync(photos);
        var changed = File.GetLastWriteTimeUtc(Path.Combine(photos, "0.png"));
        foreach (var file in Directory.GetFiles(photos))
        {
            File.Delete(file);
        }

        // As many of the same names, sizes and times.
        Photos(12, seed: 1000);
        foreach (var file in Directory.GetFiles(photos))
        {
            File.SetLastWriteTimeUtc(file, changed);
        }

        await WorkerVerb.RunAsync([.. Training(photos), "--overwrite"]);
        var index = JsonDocument.Parse(await File.ReadAllTextAsync(
            Directory.GetFiles(Path.Combine(Run, "images"), "images.json", SearchOption.AllDirectories).Single(),
            TestContext.Current.CancellationToken));
        var packed = index.RootElement.GetProperty("images").EnumerateArray()
            .Single(image => image.GetProperty("name").GetString() == "0.png").GetProperty("sha256").GetString();
        Assert.Equal(FileHash.Sha256(Path.Combine(photos, "0.png")), packed);

        // Two folders of one name share a work folder.
        var other = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "elsewhere")).FullName, "photos");
        Directory.CreateDirectory(other);
        Pictures(other, 12, seed: 2000);
        await RefusedAsync(
            "These are not the images that the checkpoint was trained on", "measure", Last, other, "--work",
            Path.Combine(Run, "images"));
    }

    [Fact]
    public async Task What_was_left_out_is_said_with_counts_and_reasons_at_each_use()
    {
        var photos = Photos(12, seed: 1);
        for (var i = 0; i < 30; i++)
        {
            await File.WriteAllBytesAsync(
                Path.Combine(photos, $"bad{i}.jpg"), [0xFF, 0xD8, 0xFF, 0xE0, (byte)i], TestContext.Current.CancellationToken);
        }

        File.Copy(Path.Combine(photos, "0.png"), Path.Combine(photos, "twin.png"));
        foreach (var arguments in new[] { Training(photos), [.. Training(photos), "--overwrite"] })
        {
            var (code, said, complained) = await WorkerVerb.TryAsync(arguments);
            Assert.True(code == 0, said + complained);
            Assert.Contains("31 of 43 files were left out:", complained, StringComparison.Ordinal);
            Assert.Contains("  30: ", complained, StringComparison.Ordinal);
            Assert.Contains("  1: duplicate: the same file as 0.png (twin.png)", complained, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_the_user_may_not_read_is_left_out_with_the_reason()
    {
        var photos = Photos(12, seed: 1);
        var closed = Directory.CreateDirectory(Path.Combine(photos, "private")).FullName;
        File.Copy(Path.Combine(photos, "0.png"), Path.Combine(closed, "0.png"));
        File.SetUnixFileMode(closed, UnixFileMode.None);
        File.SetUnixFileMode(Path.Combine(photos, "1.png"), UnixFileMode.None);
        foreach (var open in new[] { folder, photos })
        {
            File.SetUnixFileMode(open, (UnixFileMode)0b111_111_111);
        }

        // Root reads everything, so as root the verb runs as nobody.
        const string asOther = "/usr/bin/setpriv";
        var isRoot = Environment.UserName == "root";
        Assert.SkipUnless(!isRoot || File.Exists(asOther), "root can only test this with setpriv");
        string[] train = ["dotnet", Repository.WorkerProgram, .. Training(photos)];
        string[] command =
            isRoot ? [asOther, "--reuid=65534", "--regid=65534", "--clear-groups", .. train] : train;
        var (code, said, complained) = await WorkerVerb.ProgramAsync(
            command[0], command[1..], start => start.Environment["HOME"] = folder);

        File.SetUnixFileMode(closed, (UnixFileMode)0b111_000_000);
        Assert.True(code == 0, said + complained);
        Assert.Contains("2 of 13 files were left out:", complained, StringComparison.Ordinal);
        Assert.Contains("the worker may not read it (1.png)", complained, StringComparison.Ordinal);
        Assert.Contains(
            "a folder that can't be listed: the worker may not read it (private/)", complained, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, "batchSize=4", "dataset: Its validation split has 1 images; KID needs at least 2.")]
    [InlineData(12, "batchSize=64", "batchSize: The training split has 10 images, fewer than one batch of 64.")]
    [InlineData(12, "labels.enabled=true", "labels.enabled: The data set has no labels.")]
    [InlineData(12, "evaluation.kid.extractor=inception-75", "evaluation.kid.extractor: InceptionV3's weights are missing.")]
    [InlineData(12, "continueFrom=3", "--set continueFrom: It names a checkpoint of the dashboard's")]
    [InlineData(12, "dataset=4", "--set dataset: Name the zip or folder")]
    [InlineData(0, "batchSize=4", "No readable images.")]
    public async Task The_rules_for_data_sets_are_the_dashboards(int count, string field, string refusal)
    {
        await RefusedAsync(refusal, Training(Photos(count, seed: 1), "--set", field));
        Assert.False(File.Exists(Last));
    }

    [Theory]
    [InlineData("sample", "missing.safetensors")]
    [InlineData("sample", "text.safetensors")]
    [InlineData("sample", "text.safetensors", "--set", "run=5")]
    [InlineData("sample", "text.safetensors", "--set", "inpaint.left=0")]
    [InlineData("export", "missing.safetensors", "out.safetensors")]
    [InlineData("measure", "text.safetensors")]
    [InlineData("train", "missing-folder")]
    [InlineData("train", "text.safetensors", "--output", "new")]
    [InlineData("train", "--output", "text.safetensors")]
    [InlineData("train", "--set", "epochs")]
    [InlineData("train", "--set", "epoch=3")]
    [InlineData("train", "--set", "epochs=-3")]
    [InlineData("train", "--set", "network=3")]
    [InlineData("train", "--preset", "nothing")]
    [InlineData("train", "--output", "")]
    [InlineData("train", "--epochs", "3")]
    [InlineData("train-features", "missing.zip")]
    [InlineData("train-features", "text.safetensors")]
    [InlineData("weights", "add", "missing.safetensors", "--artifacts", ".")]
    [InlineData("weights", "add", "text.safetensors", "--artifacts", ".")]
    [InlineData("weights", "status", "--artifacts", ".")]
    [InlineData("bench", "missing-folder")]
    [InlineData("serve")]
    public async Task An_error_is_a_line_or_two_on_standard_error(params string[] arguments)
    {
        await File.WriteAllTextAsync(
            Path.Combine(folder, "text.safetensors"), "not a checkpoint", TestContext.Current.CancellationToken);
        var (code, said, complained) = await WorkerVerb.ProgramAsync(
            "dotnet", [Dashboard.Testing.Repository.WorkerProgram, .. arguments], start => start.WorkingDirectory = folder);
        Assert.True(code == 1, $"exit code {code}: {said}{complained}");
        Assert.InRange(Lines(complained).Length, 1, 2);
        Assert.DoesNotContain("   at ", said + complained, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said + complained, StringComparison.Ordinal);
        Assert.DoesNotContain("The program failed", complained, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_sampling_steps_than_the_schedule_has_are_refused()
    {
        await TrainAsync(Photos(12, seed: 1), "--set", "schedule.kind=linear-beta", "schedule.steps=10");
        await RefusedAsync(
            "evaluations: 50 sampling steps are more than the s", "sample", Last, "--output", Path.Combine(folder, "drawn"),
            "--set", "evaluations=50");
        await RefusedAsync(
            "evaluations: 11 sampling steps are more than the s", "measure", Last, Path.Combine(folder, "photos"), "--work",
            Path.Combine(Run, "images"), "--evaluations", "11");
        await RefusedAsync("--count: KID needs at least 2", "measure", Last, "--count", "1");
        await RefusedAsync("evaluations: ", "measure", Last, "--evaluations", "0");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task RefusedAsync(string words, params string[] arguments)
    {
        var (code, said, complained) = await WorkerVerb.TryAsync(arguments);
        Assert.True(code == 1, $"{string.Join(' ', arguments)}: exit code {code}: {said}{complained}");
        Assert.Contains(words, complained, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", complained, StringComparison.Ordinal);
    }

    private Task<string> TrainAsync(string photos, params string[] more) => WorkerVerb.RunAsync(Training(photos, more));

    private string[] Training(string photos, params string[] more) =>
    [
        "train", photos, "--output", Run, "--set", "epochs=1", "imageSize=16", "batchSize=4", "precision=fp32",
        "network.widths=[8,16]", "network.blockDepth=1", "samples.count=1", "samples.framed=0", "samples.frames=0",
        "samples.evaluations=2", "evaluation.kid.evaluations=1", .. more,
    ];

    /// <summary>A resume of a run whose last checkpoint is this file.</summary>
    private string[] ResumeOf(string checkpoint)
    {
        var run = Directory.CreateDirectory(Path.Combine(folder, "other-run")).FullName;
        File.Copy(checkpoint, Path.Combine(run, "last.safetensors"));
        return ["train", "--output", run, "--resume"];
    }

    private string Photos(int count, int seed)
    {
        var photos = Directory.CreateDirectory(Path.Combine(folder, "photos")).FullName;
        Pictures(photos, count, seed);
        return photos;
    }

    private static void Pictures(string into, int count, int seed)
    {
        for (var i = 0; i < count; i++)
        {
            var random = new Random(seed + i);
            using var bitmap = new SKBitmap(16, 16);
            for (var pixel = 0; pixel < 256; pixel++)
            {
                bitmap.SetPixel(pixel % 16, pixel / 16, new SKColor((uint)random.Next() | 0xFF000000));
            }

            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(Path.Combine(into, $"{i}.png"), png.ToArray());
        }
    }
}
