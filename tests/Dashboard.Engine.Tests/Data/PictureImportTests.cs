using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Data;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Imaging;
using Dashboard.Formats.Zip;
using Dashboard.Testing;

namespace Dashboard.Engine.Tests.Data;

/// <summary>What an import does with rare labels and special pictures.</summary>
public sealed class PictureImportTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly List<ImportEvent> events = [];

    private string Dataset => temporary.Below("dataset");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task Rare_labels_are_on_both_sides_or_trained_on()
    {
        var zip = Repository.SharedCase("zip-rare-labels.zip");
        Assert.SkipUnless(File.Exists(zip), "needs ../shared/cases, which is not part of the repository");

        var result = await ImportAsync(new ZipImport(zip, new ArchiveLimits()));

        var labels = result.Images.GroupBy(image => image.Label).ToList();
        Assert.True(labels.Count > 8, $"{labels.Count} labels");
        Assert.All(labels, label => Assert.Contains(label, image => !image.Validation));
        Assert.All(labels.Where(label => label.Count() > 1), label => Assert.Contains(label, image => image.Validation));
    }

    [Fact]
    public async Task What_makes_other_pixels_makes_another_fingerprint_and_what_is_special_is_told()
    {
        var turned = TestImages.WithChunk(TestImages.Png(1, 12, 20), "eXIf", TestImages.Exif(6, true, false));
        var translucent = TestImages.RawPng(
            8, 8, 8, 6, [.. Enumerable.Range(0, 64).SelectMany(i => new byte[] { 200, 100, 50, (byte)(i * 4) })]);
        var zip = TestImages.Zip(temporary.Path, ("a.png", turned), ("b.png", translucent), ("c.png", TestImages.Png(3)));

        var white = await ImportAsync(new ZipImport(zip, new ArchiveLimits()));

        Assert.Equal([(20, 12), (8, 8), (12, 12)], white.Images.Select(i => (i.Width, i.Height)));
        Assert.Equal(["turned", null, null], white.Images.Select(i => i.Rendered));
        Assert.Equal([false, true, false], events.OfType<ImportedImage>().Select(i => i.IsTransparent));
        using (var pack = ImagePack.Open(Dataset))
        {
            Assert.Equal(Rendering.Current, pack.Rendering);
        }

        events.Clear();
        var black = await new DatasetImport(Dataset, new ImageLimits(), Rendering.Current with { Background = "#000000" })
            .RunAsync(new ZipImport(zip, new ArchiveLimits()), _ => ValueTask.CompletedTask, Stop);
        Assert.Equal(["turned", "on #000000", null], black.Images.Select(i => i.Rendered));
        Assert.NotEqual(white.Fingerprint, black.Fingerprint);
        using var cache = ImageCache.Open(Dataset, 8, null, Stop);
        Assert.Equal<byte>([0, 0, 0], cache.Image(1)[..3].ToArray());
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
}
