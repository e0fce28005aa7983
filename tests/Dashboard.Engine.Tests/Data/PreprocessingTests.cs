using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Imaging;
using SkiaSharp;

namespace Dashboard.Engine.Tests.Data;

public sealed class PreprocessingTests
{
    private readonly ImageDecoder decoder = new(new ImageLimits());

    public static TheoryData<int> GoldenCases => [.. Enumerable.Range(0, ResizeGolden.Cases.Length)];

    [Theory, MemberData(nameof(GoldenCases))]
    public void Crop_and_resize_give_what_the_antialiased_bilinear_of_torch_gives(int number)
    {
        var (width, height, size, expected) = ResizeGolden.Cases[number];
        var result = new byte[size * size * 3];

        new TriangleResizer(size).CropAndResize(TestImages.Pattern(width, height), result);

        for (var i = 0; i < expected.Length; i++)
        {
            // Rounded once, at the end: never further than half a step from the exact value.
            Assert.True(Math.Abs(result[i] - expected[i]) <= 0.502, $"value {i} is {result[i]}, torch has {expected[i]}");
        }
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Bmp)]
    public void Every_format_is_decoded(SKEncodedImageFormat format)
    {
        // Smooth, so that a lossy format stays close.
        var image = new PixelImage(
            40, 24, [.. Enumerable.Range(0, 40 * 24 * 3).Select(i => (byte)((i / 3 % 40 * 4) + (i % 3 * 20)))]);

        var decoded = decoder.Decode(
            format == SKEncodedImageFormat.Bmp ? TestImages.Bmp(image) : TestImages.Encode(image, format));

        Assert.Equal((40, 24), (decoded.Width, decoded.Height));
        var furthest = decoded.Rgb.ToArray().Zip(image.Rgb.ToArray(), (a, b) => Math.Abs(a - b)).Max();
        Assert.True(
            furthest <= (format is SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp ? 12 : 0), $"off by {furthest}");
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 47, 0)]
    [InlineData(3, 47, 31)]
    [InlineData(4, 0, 31)]
    [InlineData(5, 0, 0)]
    [InlineData(6, 31, 0)]
    [InlineData(7, 31, 47)]
    [InlineData(8, 0, 47)]
    public void The_exif_orientation_is_honoured(byte orientation, int x, int y)
    {
        // 48 × 32, black but for a white corner at the top left, which the orientation moves.
        var image = new PixelImage(48, 32, new byte[48 * 32 * 3]);
        for (var i = 0; i < 16; i++)
        {
            image.Rgb.Slice(i * 48 * 3, 16 * 3).Fill(255);
        }

        var decoded = decoder.Decode(
            TestImages.WithOrientation(TestImages.Encode(image, SKEncodedImageFormat.Jpeg), orientation));

        Assert.Equal(orientation >= 5 ? (32, 48) : (48, 32), (decoded.Width, decoded.Height));
        var corners = new[] { (0, 0), (decoded.Width - 1, 0), (0, decoded.Height - 1), (decoded.Width - 1, decoded.Height - 1) };
        var white = Assert.Single(corners, c => decoded.Rgb[((c.Item2 * decoded.Width) + c.Item1) * 3] > 128);
        Assert.Equal((x, y), white);
    }

    [Fact]
    public void Transparent_parts_lie_on_white()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(10, 10, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Erase(new SKColor(255, 0, 0, 128));
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);

        var decoded = decoder.Decode(data.ToArray());

        Assert.Equal(255, decoded.Rgb[0]);
        Assert.InRange(decoded.Rgb[1], 126, 128);
    }

    [Fact]
    public void What_is_no_whole_image_of_a_sane_size_is_refused_with_its_reason()
    {
        var jpeg = TestImages.Encode(TestImages.Pattern(64, 64), SKEncodedImageFormat.Jpeg);
        var png = TestImages.Encode(TestImages.Pattern(64, 64), SKEncodedImageFormat.Png);

        Assert.Contains("corrupt", Reason(jpeg[..(jpeg.Length / 2)]), StringComparison.Ordinal);
        Assert.Contains("corrupt", Reason(png[..(png.Length / 2)]), StringComparison.Ordinal);
        Assert.Contains("tiny", Reason(TestImages.Png(1, 7, 30)), StringComparison.Ordinal);
        Assert.Contains("no image", Reason("hello, I am a text"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("empty", Reason([]), StringComparison.Ordinal);
        Assert.Contains(
            "GIF", Reason(Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")),
            StringComparison.Ordinal);

        // Only the header is looked at: the pixels of this one would take 3.6 GB.
        var huge = (byte[])TestImages.Bmp(TestImages.Pattern(16, 16)).Clone();
        BitConverter.TryWriteBytes(huge.AsSpan(18), 30_000);
        BitConverter.TryWriteBytes(huge.AsSpan(22), 30_000);
        Assert.Contains("huge", Reason(huge), StringComparison.Ordinal);
    }

    private string Reason(byte[] bytes) => Assert.Throws<BadImageException>(() => decoder.Decode(bytes)).Message;
}
