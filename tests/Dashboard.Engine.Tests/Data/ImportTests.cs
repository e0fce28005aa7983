using System.Buffers.Binary;
using System.IO.Compression;
using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Data;
using Dashboard.Engine.Data.Drawing;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Imaging;
using Dashboard.Formats.Zip;
using Dashboard.Testing;
using SkiaSharp;

namespace Dashboard.Engine.Tests.Data;

public sealed class ImportTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly List<ImportEvent> events = [];

    private string Dataset => temporary.Below("dataset");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Good_images_are_packed_with_their_folder_as_label_and_the_rest_is_skipped_with_its_reason()
    {
        var jpeg = TestImages.Encode(TestImages.Pattern(64, 48), SKEncodedImageFormat.Jpeg);
        var zip = TestImages.Zip(
            temporary.Path,
            ("flowers/rose/1.jpg", jpeg),
            ("flowers/tulip/2.png", TestImages.Png(2)),
            ("flowers/tulip/again.png", TestImages.Png(2)),
            ("flowers/tulip/half.jpg", jpeg[..(jpeg.Length / 2)]),
            ("flowers/tulip/tiny.png", TestImages.Png(3, 4, 4)),
            ("readme.txt", "nothing to see"u8.ToArray()),
            ("none.jpg", []),
            ("__MACOSX/flowers/rose/._1.jpg", [1, 2, 3]),
            ("top.bmp", TestImages.Bmp(TestImages.Pattern(20, 20))));

        var result = await ImportAsync(new ZipImport(zip, new ArchiveLimits()));

        Assert.Equal(
            [("flowers/rose/1.jpg", "rose"), ("flowers/tulip/2.png", "tulip"), ("top.bmp", null)],
            result.Images.Select(i => (i.Name, i.Label)));
        Assert.Equal(
            [
                ("hidden and system files", "1 left out"), ("flowers/tulip/again.png", "duplicate"),
                ("flowers/tulip/half.jpg", "corrupt"),
                ("flowers/tulip/tiny.png", "tiny"),
                ("readme.txt", "no image"), ("none.jpg", "empty"),
            ],
            events.OfType<SkippedEntry>().Select(
                s => (s.Name, s.Reason.StartsWith("no image", StringComparison.Ordinal) ? "no image" : s.Reason.Split(':')[0])));
        Assert.All(events.OfType<ImportedImage>(), image => Assert.Equal<byte>([0xFF, 0xD8, 0xFF], image.Thumbnail.AsSpan(0, 3)));
        using var pack = ImagePack.Open(Dataset);
        Assert.Equal(jpeg, pack.Read(0));
        Assert.Equal(result.Fingerprint, pack.Fingerprint);
    }

    [Theory]
    [InlineData("../../evil.png")]
    [InlineData("a/../../evil.png")]
    [InlineData("..\\evil.png")]
    [InlineData("/etc/evil.png")]
    [InlineData("C:\\evil.png")]
    public async Task An_archive_that_points_outside_is_refused_whole(string name)
    {
        var zip = TestImages.Zip(temporary.Path, ("good.png", TestImages.Png(1)), (name, TestImages.Png(2)));

        await RefusedAsync(new ZipImport(zip, new ArchiveLimits()), "outside");
    }

    [Fact]
    public async Task A_zip_bomb_is_refused()
    {
        var zip = TestImages.Zip(temporary.Path, ("good.png", TestImages.Png(1)), ("zeros.bmp", new byte[40 << 20]));

        await RefusedAsync(new ZipImport(zip, new ArchiveLimits()), "zip bomb");
    }

    [Fact]
    public async Task A_bomb_whose_headers_lie_is_refused_or_cut_off_where_it_lies()
    {
        var zip = TestImages.Zip(
            temporary.Path, ("good.png", TestImages.Png(1)), ("zeros.bmp", [.. "BM"u8, .. new byte[40 << 20]]));
        var bytes = File.ReadAllBytes(zip);
        ReplaceSizes(bytes, (40 << 20) + 2, 1000);
        File.WriteAllBytes(zip, bytes);

        var result = await ImportAsync(new ZipImport(zip, new ArchiveLimits()));

        Assert.Equal(["good.png"], result.Images.Select(i => i.Name));
        Assert.Contains("corrupt", Assert.Single(events.OfType<SkippedEntry>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_entries_or_bytes_and_what_is_no_zip_are_refused()
    {
        var zip = TestImages.Zip(temporary.Path, [.. Enumerable.Range(0, 5).Select(i => ($"{i}.png", TestImages.Png(i)))]);
        await RefusedAsync(new ZipImport(zip, new ArchiveLimits { MostEntries = 4 }), "more than 4 entries");
        await RefusedAsync(new ZipImport(zip, new ArchiveLimits { MostBytes = 100 }), "MiB");

        var cut = temporary.Below("cut.zip");
        File.WriteAllBytes(cut, File.ReadAllBytes(zip)[..200]);
        await RefusedAsync(new ZipImport(cut, new ArchiveLimits()), "not a zip archive");
        await RefusedAsync(
            new ZipImport(TestImages.Zip(temporary.Path, ("a.txt", [65])), new ArchiveLimits()), "No readable images");
    }

    [Fact]
    public async Task An_import_that_is_stopped_leaves_nothing_and_the_next_starts_from_zero()
    {
        using var halfWay = new CancellationTokenSource();
        var import = new DatasetImport(Dataset, new ImageLimits());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => import.RunAsync(
            new DrawnFlowers(200, 32, 1),
            e =>
            {
                if (e is ImportedImage { Index: 50 })
                {
                    halfWay.Cancel();
                }

                return ValueTask.CompletedTask;
            },
            halfWay.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary.Path));

        // Killed outright, an import leaves its unfinished folder behind.
        Directory.CreateDirectory(Dataset + ".importing");
        File.WriteAllText(Path.Combine(Dataset + ".importing", "images.pack"), "half");
        Assert.Equal(20, (await ImportAsync(new DrawnFlowers(20, 32, 1))).Images.Count);
        Assert.Equal([Dataset], Directory.EnumerateFileSystemEntries(temporary.Path));
    }

    [Fact]
    public async Task A_folder_is_read_without_following_links()
    {
        var root = temporary.Below("root");
        Directory.CreateDirectory(Path.Combine(root, "red"));
        Directory.CreateDirectory(temporary.Below("outside"));
        File.WriteAllBytes(temporary.Below("outside/secret.png"), TestImages.Png(1));
        Directory.CreateDirectory(Path.Combine(root, "blue"));
        File.WriteAllBytes(Path.Combine(root, "red", "a.png"), TestImages.Png(2));
        File.WriteAllBytes(Path.Combine(root, "blue", "b.png"), TestImages.Png(3));
        File.CreateSymbolicLink(Path.Combine(root, "link.png"), temporary.Below("outside/secret.png"));
        Directory.CreateSymbolicLink(Path.Combine(root, "linked"), temporary.Below("outside"));

        var result = await ImportAsync(new FolderImport(root, new ArchiveLimits()));

        Assert.Equal([("blue/b.png", "blue"), ("red/a.png", "red")], result.Images.Select(i => (i.Name, i.Label)));
        Assert.Equal(["link.png", "linked"], events.OfType<SkippedEntry>().Select(s => s.Name));
    }

    [Fact]
    public void The_same_seed_draws_the_same_flowers_and_another_seed_others()
    {
        var flowers = new DrawnFlowers(10, 48, 7);
        Assert.Equal(flowers.Draw(3), new DrawnFlowers(1000, 48, 7).Draw(3));
        Assert.NotEqual(flowers.Draw(3), new DrawnFlowers(10, 48, 8).Draw(3));
        var all = Enumerable.Range(0, 90)
            .Select(i => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(flowers.Draw(i)))).ToHashSet();
        Assert.Equal(90, all.Count);
    }

    [Fact]
    public async Task A_fifth_is_held_out_by_content_whatever_the_order()
    {
        var entries = Enumerable.Range(0, 50).Select(i => (Name: $"{i}.png", Content: TestImages.Png(i, 10 + i, 12))).ToArray();
        var first = await ImportAsync(new ZipImport(TestImages.Zip(temporary.Path, entries), new ArchiveLimits()));
        var second = await ImportAsync(
            new ZipImport(TestImages.Zip(temporary.Path, [.. entries.Reverse()]), new ArchiveLimits()));

        Assert.Equal(10, first.Images.Count(i => i.Validation));
        Assert.Equal(
            first.Images.Where(i => i.Validation).Select(i => i.Name).Order(),
            second.Images.Where(i => i.Validation).Select(i => i.Name).Order());
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

    private async Task RefusedAsync(IImageSource source, string reason)
    {
        var refusal = await Assert.ThrowsAsync<ImportRefusedException>(() => ImportAsync(source));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(temporary.Path));
    }

    private static void ReplaceSizes(byte[] zip, int real, int claimed)
    {
        for (var at = 0; at + 4 <= zip.Length; at++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(at)) == real)
            {
                BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(at), claimed);
            }
        }
    }
}
