using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Data;
using Dashboard.Engine.Data.Importing;
using Dashboard.Formats.Labels;
using Dashboard.Formats.Zip;
using Dashboard.Testing;

namespace Dashboard.Engine.Tests.Data;

/// <summary>Archives and folders as people have them.</summary>
public sealed class RealLifeImportTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly List<ImportEvent> events = [];

    private string Dataset => temporary.Below("dataset");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData("zip-hidden-folders.zip", "rose 5, tulip 5")]
    [InlineData("zip-names-cp850.zip", "Mähre 5, Möhre 5")]
    [InlineData("zip-tiny-imagenet-layout.zip", "n01443537 4, n01629819 4, n01641577 4")]
    public async Task Kept_cases_get_their_labels(string name, string labels)
    {
        var file = Path.Combine(Repository.Root, "..", "shared", "cases", name);
        Assert.SkipUnless(File.Exists(file), "the cases are not on this machine");

        Assert.Equal(labels, Labels(await ImportAsync(new ZipImport(file, new ArchiveLimits()))));
    }

    [Fact]
    public async Task Hidden_and_system_files_are_left_out_at_any_depth_and_told_in_one_line()
    {
        var zip = TestImages.Zip(
            temporary.Path,
            Pictures(
                "rose/1.png tulip/2.png rose/.ipynb_checkpoints/3.png a/b/.git/c/4.png rose/@eaDir/x/5.png $RECYCLE.BIN/6.png "
                    + ".Trash-1000/files/7.png tulip/lost+found/8.png tulip/._2.png rose/Thumbs.db rose/x/THUMBS.DB "
                    + "Desktop.ini __MACOSX/rose/9.png .DS_Store"));

        var result = await ImportAsync(new ZipImport(zip, new ArchiveLimits()));

        Assert.Equal("rose 1, tulip 1", Labels(result));
        var line = Assert.Single(events.OfType<SkippedEntry>());
        Assert.StartsWith("12 left out: ", line.Reason, StringComparison.Ordinal);
        Assert.Contains("$RECYCLE.BIN", line.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shift_jis", 932, "表", "花", "猫能")]
    [InlineData("shift_jis", 932, "ソ連", "チューリップ")]
    [InlineData("gbk", 936, "玫瑰", "郁金香")]
    [InlineData("gbk", 936, "猫", "狗")]
    [InlineData("cp866", 866, "роза", "Тюльпан")]
    [InlineData("windows-1252", 1252, "Möhre", "été")]
    [InlineData("ibm850", 850, "Açaí", "São")]
    [InlineData("ibm850", 850, "Blüte", "Grün", "ÖL")]
    public async Task Names_in_a_code_page_are_found(string id, int codePage, params string[] names)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage)!;
        var zip = new TestZip();
        foreach (var (i, name) in names.Index())
        {
            zip.Add(encoding.GetBytes($"{name}/{i}.png"), TestImages.Png(i)).Add("plain/a.txt"u8.ToArray(), [1]);
        }

        var result = await ImportAsync(new ZipImport(zip.Save(temporary.Path), new ArchiveLimits()));

        Assert.Equal(names, result.Images.Select(image => image.Label));
        Assert.Equal(id, Findings.NameEncoding);
    }

    [Fact]
    public async Task A_name_that_says_what_it_is_is_not_guessed()
    {
        byte[] plain = [.. "M"u8, 0x94, .. "hre/1.png"u8];
        byte[] escaped = [.. "other_/2.png"u8];
        var zip = new TestZip()
            .Add(plain, TestImages.Png(1))
            .Add("Grün/2.png"u8.ToArray(), TestImages.Png(2), utf8Flag: true)
            .Add(escaped, TestImages.Png(3), extra: TestZip.UnicodePath(escaped, "Žluť/3.png"))
            .Add([.. "stale/4.png"u8], TestImages.Png(4), extra: TestZip.UnicodePath(escaped, "wrong/4.png"))
            .Add("Weiß/5.png"u8.ToArray(), TestImages.Png(5));

        var result = await ImportAsync(new ZipImport(zip.Save(temporary.Path), new ArchiveLimits()));

        Assert.Equal(["Möhre", "Grün", "Žluť", "stale", "Weiß"], result.Images.Select(image => image.Label));
    }

    [Fact]
    public async Task Two_names_never_become_one_label_but_two_forms_of_one_name_do()
    {
        var zip = new TestZip()
            .Add([.. "a"u8, 0xFF, .. "/1.png"u8], TestImages.Png(1), utf8Flag: true)
            .Add([.. "a"u8, 0xFE, .. "/2.png"u8], TestImages.Png(2), utf8Flag: true)
            .Add("b\u0001/3.png"u8.ToArray(), TestImages.Png(3), utf8Flag: true)
            .Add("b/4.png"u8.ToArray(), TestImages.Png(4), utf8Flag: true)
            .Add("ro\u0302se/5.png"u8.ToArray(), TestImages.Png(5), utf8Flag: true)
            .Add("rôse/6.png"u8.ToArray(), TestImages.Png(6), utf8Flag: true);

        var labels = (await ImportAsync(new ZipImport(zip.Save(temporary.Path), new ArchiveLimits()))).Images
            .Select(image => image.Label!).ToList();

        Assert.Equal(5, labels.Distinct().Count());
        Assert.Equal(["rôse", "rôse"], labels[4..]);
    }

    [Fact]
    public async Task A_person_may_choose_the_encoding_before_and_after_the_import()
    {
        var zip = new TestZip().Add([0xC3, 0xA8, .. "/1.png"u8], TestImages.Png(1))
            .Add([0xC3, 0xA9, .. "/2.png"u8], TestImages.Png(2)).Save(temporary.Path);
        Assert.Equal("è 1, é 1", Labels(await ImportAsync(new ZipImport(zip, new ArchiveLimits()))));
        Assert.Equal("utf-8", Findings.NameEncoding);

        var gbk = new LabelOptions { NameEncoding = "gbk" };
        Relabel(new LabelOptions(), gbk);
        Assert.Equal("猫 1, 茅 1", Labels(PackedImages()));
        Assert.Equal(["猫/1.png", "茅/2.png"], PackedImages().Select(image => image.Name));
        Assert.Equal("猫 1, 茅 1", Labels(await ImportAsync(new ZipImport(zip, new ArchiveLimits(), gbk))));
    }

    [Fact]
    public async Task Two_names_that_look_alike_stay_two_labels_when_labels_are_changed()
    {
        var zip = new TestZip()
            .Add("x/b\u0001/3.png"u8.ToArray(), TestImages.Png(3), utf8Flag: true)
            .Add("x/b/4.png"u8.ToArray(), TestImages.Png(4), utf8Flag: true);
        await ImportAsync(new ZipImport(zip.Save(temporary.Path), new ArchiveLimits()));
        var before = PackedImages();

        Relabel(new LabelOptions(), new LabelOptions { Level = 0 });
        Assert.Equal("– 2", Labels(PackedImages()));
        Relabel(new LabelOptions { Level = 0 }, new LabelOptions());

        Assert.Equal(2, PackedImages().Select(image => image.Label).Distinct().Count());
        Assert.Equal(before, PackedImages());
    }

    [Theory]
    [InlineData(1, "Shrink")]
    [InlineData(9, "Deflate64")]
    [InlineData(12, "bzip2")]
    [InlineData(14, "LZMA")]
    [InlineData(93, "Zstandard")]
    [InlineData(95, "XZ")]
    [InlineData(98, "PPMd")]
    [InlineData(77, "method 77")]
    public async Task An_entry_packed_by_another_method_is_skipped_with_the_remedy(ushort method, string name)
    {
        var zip = new TestZip().Add("a/1.png"u8.ToArray(), TestImages.Png(1), method: 8)
            .Add("a/2.png"u8.ToArray(), TestImages.Png(2), method: method);

        Assert.Single((await ImportAsync(new ZipImport(zip.Save(temporary.Path), new ArchiveLimits()))).Images);
        Assert.Equal(
            [new SkippedEntry("a/2.png", $"packed with {name}, which is not read; pack the zip with Deflate")],
            events.OfType<SkippedEntry>());
    }

    [Fact]
    public async Task The_kept_case_of_bzip2_names_the_method_for_each_entry()
    {
        var file = Path.Combine(Repository.Root, "..", "shared", "cases", "zip-method-bzip2.zip");
        Assert.SkipUnless(File.Exists(file), "the cases are not on this machine");

        await Assert.ThrowsAsync<ImportRefusedException>(() => ImportAsync(new ZipImport(file, new ArchiveLimits())));
        Assert.Equal(4, events.OfType<SkippedEntry>().Count(s => s.Reason.Contains("bzip2", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_broken_entry_is_one_skipped_entry()
    {
        var zip = new TestZip().Add("a/1.png"u8.ToArray(), TestImages.Png(1), method: 8)
            .Add("a/2.png"u8.ToArray(), TestImages.Png(2), crc: 1)
            .Add("a/3.png"u8.ToArray(), TestImages.Png(3), flags: 1)
            .Add("a/4.png"u8.ToArray(), TestImages.Png(4)).Save(temporary.Path);
        var bytes = File.ReadAllBytes(zip);
        var last = bytes.AsSpan().LastIndexOf("PK\x03\x04"u8);
        bytes[last] = 0;
        File.WriteAllBytes(zip, bytes);

        Assert.Single((await ImportAsync(new ZipImport(zip, new ArchiveLimits()))).Images);
        Assert.Equal(
            [
                ("a/2.png", "corrupt: its checksum is not the one in the archive"),
                ("a/3.png", "encrypted; pack it without a password"),
                ("a/4.png", "corrupt: it is not where the archive's list says"),
            ],
            events.OfType<SkippedEntry>().Select(s => (s.Name, s.Reason)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_archive_behind_other_bytes_is_read(bool isShifted)
    {
        var zip = new TestZip().Add("a/1.png"u8.ToArray(), TestImages.Png(1))
            .Add("b/2.png"u8.ToArray(), TestImages.Png(2), method: 8)
            .Save(temporary.Path, [.. "MZ and a program"u8, .. new byte[3000]], isShifted);

        Assert.Equal("a 1, b 1", Labels(await ImportAsync(new ZipImport(zip, new ArchiveLimits()))));
    }

    [Fact]
    public async Task What_a_folder_keeps_closed_or_named_in_other_bytes_is_skipped_with_its_reason()
    {
        var root = temporary.Below("root");
        Directory.CreateDirectory(Path.Combine(root, ".git"));
        for (var i = 0; i < 4; i++)
        {
            File.WriteAllBytes(Path.Combine(root, $"{i}.png"), TestImages.Png(i));
            File.WriteAllBytes(Path.Combine(root, ".git", $"{i}.png"), TestImages.Png(10 + i));
        }

        await ShellAsync(
            """
            cp 0.png "$(printf 'Bl\374te.png')"; cp 1.png "$(printf 'Bl\344te.png')"
            mkdir "$(printf 'M\366hre')"; cp 2.png "$(printf 'M\366hre')/x.png"
            """,
            root);

        var result = await ImportAsync(new FolderImport(root, new ArchiveLimits()));

        Assert.Equal(4, result.Images.Count);
        var skipped = events.OfType<SkippedEntry>().ToList();
        Assert.Equal(("hidden and system files", "4 left out: .git"), (skipped[0].Name, skipped[0].Reason));
        Assert.Equal(2, skipped.Count(s => s.Reason == "its name is not valid UTF-8; rename the file"));
        Assert.Single(skipped, s => s.Reason == "its name is not valid UTF-8; rename the folder");
        await ShellAsync("rm -r *", root);
    }

    [Fact]
    public async Task Splits_of_folders_are_used_when_asked_for_and_labels_renamed_or_left_out_and_taken_back()
    {
        var zip = TestImages.Zip(
            temporary.Path,
            Pictures(
                "x/train/rose/1.png x/train/rose/2.png x/train/tulip/3.png x/train/weed/4.png x/valid/rose/5.png "
                    + "x/test/tulip/6.png"));
        var plain = await ImportAsync(new ZipImport(zip, new ArchiveLimits()));
        Assert.Equal("rose 3, tulip 2, weed 1", Labels(plain));
        // Each label with two images is on both sides.
        Assert.Equal(2, plain.Images.Count(image => image.Validation));
        Assert.Equal(new SplitCounts(4, 1, 1), Findings.Splits);
        Assert.Equal(3, Findings.Level);

        var options = new LabelOptions
        {
            UseSplits = true, LeaveOut = ["weed"], Rename = new Dictionary<string, string> { ["rose"] = "Rosa" },
        };
        var changed = Relabel(new LabelOptions(), options);
        Assert.Equal("Rosa 3, tulip 2, weed 1", Labels(PackedImages()));
        Assert.Equal(
            ["x/valid/rose/5.png", "x/test/tulip/6.png"],
            PackedImages().Where(image => image.Validation).Select(image => image.Name));
        Assert.Equal(["rose", "tulip", "weed"], changed.Labels.Findings.Labels.Select(label => label.Name));
        var leftOut = changed.Labels.Images.Index().Where(image => image.Item.Verdict.IsLeftOut).Select(image => image.Index);
        Assert.Equal(["weed"], leftOut.Select(i => PackedImages()[i].Label));
        using (var cache = ImageCache.Open(Dataset, 8, null, Stop, [.. leftOut]))
        {
            Assert.Equal((3, 2), (cache.Training.Count, cache.Validation.Count));
            Assert.Equal(["Rosa", "tulip"], cache.Labels);
        }

        // The same in the first place.
        var asked = await ImportAsync(new ZipImport(zip, new ArchiveLimits(), options));
        Assert.Equal(changed.Images, asked.Images);
        Assert.Equal([3], events.OfType<ImportedImage>().Where(image => image.IsLeftOut).Select(image => image.Index));

        var back = Relabel(options, new LabelOptions());
        Assert.Equal(plain.Images, PackedImages());
        Assert.Equal(plain.Fingerprint, back.Fingerprint);
        Assert.Empty(Directory.GetFiles(Dataset, "*.tmp"));
    }

    [Fact]
    public async Task A_rename_keeps_each_image_on_its_side_and_its_decoded_pixels()
    {
        await ImportAsync(new ZipImport(
            TestImages.Zip(temporary.Path, Pictures("a/1.png a/2.png a/3.png b/4.png b/5.png b/6.png")), new ArchiveLimits()));
        var sides = PackedImages().Select(image => image.Validation).ToList();
        ImageCache.Open(Dataset, 8, null, Stop).Dispose();

        var renamed = new LabelOptions { Rename = new Dictionary<string, string> { ["a"] = "b" } };
        Relabel(new LabelOptions(), renamed).RemoveStaleCaches();
        Assert.Equal("b 6", Labels(PackedImages()));
        Assert.Equal(sides, PackedImages().Select(image => image.Validation));
        Assert.Single(Directory.GetFiles(Path.Combine(Dataset, "cache")));

        // Six of one label: one on each side at least, of which a fifth is one.
        Relabel(renamed, new LabelOptions { Level = 0 }).RemoveStaleCaches();
        Assert.Single(PackedImages(), image => image.Validation);
        Assert.Empty(Directory.GetFiles(Path.Combine(Dataset, "cache")));
    }

    [Fact]
    public async Task A_file_that_vanishes_while_a_folder_is_read_is_one_skipped_entry()
    {
        var root = temporary.Below("root");
        Directory.CreateDirectory(root);
        for (var i = 0; i < 3; i++)
        {
            File.WriteAllBytes(Path.Combine(root, $"{i}.png"), TestImages.Png(i));
        }

        var result = await ImportAsync(
            new Interrupted(new FolderImport(root, new ArchiveLimits()), () => File.Delete(Path.Combine(root, "1.png"))));

        Assert.Equal(["0.png", "2.png"], result.Images.Select(image => image.Name));
        Assert.Equal([new SkippedEntry("1.png", "it was gone when it was read")], events.OfType<SkippedEntry>());
    }

    [Fact]
    public async Task A_pack_s_hashes_are_those_that_its_import_found()
    {
        await ImportAsync(new ZipImport(
            TestImages.Zip(temporary.Path, Pictures("a/1.png a/2.png b/3.png")), new ArchiveLimits()));
        var told = new List<double>();

        var hashes = PackHashes.Of(Dataset, told.Add, Stop);

        Assert.Equal(events.OfType<ImportedImage>().Select(image => image.Hash), hashes);
        Assert.Equal([1.0], told);
    }

    private LabelFindings Findings => events.OfType<ImportFindings>().Single().Findings;

    private static (string Name, byte[] Content)[] Pictures(string names) =>
        [.. names.Split(' ').Select((name, i) => (name, TestImages.Png(i)))];

    private PackRelabelling Relabel(LabelOptions was, LabelOptions wanted)
    {
        var change = PackRelabelling.Of(Dataset, was, wanted, hasFolders: true);
        change.Write();
        return change;
    }

    private IReadOnlyList<PackedImage> PackedImages()
    {
        using var pack = ImagePack.Open(Dataset);
        return pack.Images;
    }

    private static string Labels(ImportedDataset dataset) => Labels(dataset.Images);

    private static string Labels(IEnumerable<PackedImage> images) => string.Join(
        ", ",
        images.GroupBy(image => image.Label ?? "–").OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key} {g.Count()}"));

    private static async Task ShellAsync(string script, string folder)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { WorkingDirectory = folder })!;
        await shell.WaitForExitAsync(Stop);
        Assert.Equal(0, shell.ExitCode);
    }

    private async Task<ImportedDataset> ImportAsync(IImageSource source)
    {
        events.Clear();
        return await new DatasetImport(Dataset, new ImageLimits()).RunAsync(
            source,
            e =>
            {
                events.Add(e);
                return ValueTask.CompletedTask;
            },
            Stop);
    }

    /// <summary>Something happens once the source has listed what it has.</summary>
    private sealed class Interrupted(IImageSource source, Action interrupt) : IImageSource
    {
        public async IAsyncEnumerable<SourceItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var item in source.ReadAsync(cancellationToken))
            {
                if (item is SourceFindings)
                {
                    interrupt();
                }

                yield return item;
            }
        }
    }
}
