using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Data;
using Dashboard.Engine.Data.Drawing;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Imaging;

namespace Dashboard.Engine.Tests.Data;

public sealed class ImageCacheTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => temporary.Dispose();

    [Fact]
    public async Task The_cache_holds_every_image_at_its_size_with_labels_split_and_statistics()
    {
        var folder = await DrawAsync(45);
        var told = new List<double>();
        using var cache = ImageCache.Open(folder, 16, new Told(told), Stop);
        using var pack = ImagePack.Open(folder);

        Assert.Equal(45, cache.Count);
        Assert.Equal(DrawnFlowers.Labels, cache.Labels);
        Assert.Equal(9, cache.Validation.Count);
        Assert.Equal(Enumerable.Range(0, 45), cache.Training.Concat(cache.Validation).Order());
        Assert.Equal(1, told.Max());

        double sum = 0, squares = 0;
        var expected = new byte[16 * 16 * 3];
        var decoder = new ImageDecoder(new ImageLimits());
        for (var i = 0; i < cache.Count; i++)
        {
            new TriangleResizer(16).CropAndResize(decoder.Decode(pack.Read(i)), expected);
            Assert.Equal(expected, cache.Image(i));
            Assert.Equal(pack.Images[i].Label, cache.Labels[cache.LabelOf(i)]);
            if (cache.Training.Contains(i))
            {
                sum += Enumerable.Range(0, 256).Sum(p => expected[(p * 3) + 1] / 255.0);
                squares += Enumerable.Range(0, 256).Sum(p => Math.Pow(expected[(p * 3) + 1] / 255.0, 2));
            }
        }

        var pixels = 256.0 * cache.Training.Count;
        Assert.Equal(sum / pixels, cache.TrainingStatistics.Mean[1], 9);
        Assert.Equal(
            Math.Sqrt((squares / pixels) - (sum / pixels * (sum / pixels))), cache.TrainingStatistics.StandardDeviation[1], 9);
    }

    [Fact]
    public async Task A_cache_is_made_once_and_made_again_when_it_is_damaged()
    {
        var folder = await DrawAsync(10);
        ImageCache.Open(folder, 16, null, Stop).Dispose();
        var file = Assert.Single(Directory.GetFiles(Path.Combine(folder, "cache")));
        var written = File.GetLastWriteTimeUtc(file);
        var bytes = File.ReadAllBytes(file);

        var told = new List<double>();
        ImageCache.Open(folder, 16, new Told(told), Stop).Dispose();
        Assert.Empty(told);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));

        File.WriteAllBytes(file, bytes[..^1]);
        ImageCache.Open(folder, 16, null, Stop).Dispose();
        Assert.Equal(bytes, File.ReadAllBytes(file));
        ImageCache.Open(folder, 8, null, Stop).Dispose();
        Assert.Equal(2, Directory.GetFiles(Path.Combine(folder, "cache")).Length);
    }

    [Fact]
    public async Task What_is_left_out_is_neither_trained_on_nor_held_out_and_a_checkpoint_s_choice_is_found_again()
    {
        var folder = await DrawAsync(45);
        using var all = ImageCache.Open(folder, 16, null, Stop);
        int[] out1 = [all.Training[0], all.Validation[0]];
        using var first = ImageCache.Open(folder, 16, null, Stop, out1);

        Assert.Equal(all.Training.Skip(1), first.Training);
        Assert.Equal(all.Validation.Skip(1), first.Validation);
        Assert.Equal(all.Image(7), first.Image(7));
        Assert.NotEqual(all.TrainingStatistics.Mean, first.TrainingStatistics.Mean);
        Assert.NotEqual(all.Fingerprint, first.Fingerprint);

        // Others are left out by now; a checkpoint names what it was trained on, wherever it stands.
        using var later = ImageCache.Open(folder, 16, null, Stop, [all.Training[3]]);
        using var resumed = ImageCache.Open(folder, 16, null, Stop, [all.Training[3]], first.Fingerprint);
        using var original = ImageCache.Open(folder, 16, null, Stop, [all.Training[3]], all.Fingerprint);
        Assert.Equal(first.Training, resumed.Training);
        Assert.Equal(first.Fingerprint, resumed.Fingerprint);
        Assert.Equal(all.Training, original.Training);
        Assert.NotEqual(first.Fingerprint, later.Fingerprint);
        using var unknown = ImageCache.Open(folder, 16, null, Stop, [], "no such fingerprint");
        Assert.Equal(all.Fingerprint, unknown.Fingerprint);

        // A label of which nothing is left has no number.
        var rose = Enumerable.Range(0, 45).Where(i => all.LabelOf(i) == 0).ToArray();
        using var without = ImageCache.Open(folder, 16, null, Stop, rose);
        Assert.Equal(all.Labels.Skip(1), without.Labels);
        Assert.All(without.Training, i => Assert.Equal(all.Labels[all.LabelOf(i)], without.Labels[without.LabelOf(i)]));
    }

    [Fact]
    public async Task Stopping_while_it_is_made_leaves_no_cache()
    {
        var folder = await DrawAsync(10);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        Assert.ThrowsAny<OperationCanceledException>(() => ImageCache.Open(folder, 16, null, stopped.Token));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "cache")));
    }

    [Fact]
    public void A_folder_without_a_data_set_says_so() =>
        Assert.Contains(
            "Import it again", Assert.Throws<InvalidDataException>(() => ImageCache.Open(temporary.Path, 16, null, Stop)).Message,
            StringComparison.Ordinal);

    private async Task<string> DrawAsync(int count)
    {
        var folder = temporary.Below("dataset");
        await new DatasetImport(folder, new ImageLimits()).RunAsync(
            new DrawnFlowers(count, 24, 3), _ => ValueTask.CompletedTask, Stop);
        return folder;
    }

    // Progress<T> would tell later, on another thread.
    private sealed class Told(List<double> values) : IProgress<double>
    {
        public void Report(double value)
        {
            lock (values)
            {
                values.Add(value);
            }
        }
    }
}
