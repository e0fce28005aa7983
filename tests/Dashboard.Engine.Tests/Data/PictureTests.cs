using System.IO.Compression;
using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Imaging;
using Dashboard.Testing;
using SkiaSharp;

namespace Dashboard.Engine.Tests.Data;

/// <summary>
/// Pictures as a viewer shows them: orientation, colour profiles, transparency, frames, and formats that are not read.
/// </summary>
public sealed class PictureTests
{
    // Made by Pillow 9.4: eight patches of 8 × 4 pixels in CMYK; two frames of 12 × 10; red beside transparent.
    private const string Cmyk =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCg"
        + "wJCgoK/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQEC"
        + "AwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dX"
        + "Z3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4E"
        + "QwBNAFkASwAAPwD9/Kb/AMRzn/WLr/zNn/3lr9/K/fyvwB/4gY/+sov/AJhP/wC/Vfv9X4A/8Rzn/WLr/wAzZ/8AeWivbv8AiLV/6sA/8yr/AP"
        + "eqsv8A4ST/AKcv/In/ANav2G/4ba/6pn/5Wv8A7TX8nP8AxDm/9Xi/+Y9/++FfqB/wzd/1Of8A5Tv/ALZX4v8A/DRX/Un/APlQ/wDtdfyc/wDD"
        + "1j/qg3/l0f8A3LX9RX/Ckv8AqZv/ACS/+zr/2Q==";

    private const string AnimatedGif =
        "R0lGODlhDAAKAIEAAMgeKAAAAAAAAAAAACH5BAAKAAAALAAAAAAMAAoAAAgUAAEIHEiwoMGDCBMqXMiwocOHAQEAIfkEAAoAAAAsAAAAAAwACg"
        + "CBFILwAAAAAAAAAAAACBQAAQgcSLCgwYMIEypcyLChw4cBAQA7";

    private const string AnimatedWebp =
        "UklGRogAAABXRUJQVlA4WAoAAAACAAAACwAACQAAQU5JTQYAAAAAAAAAAABBTk1GKgAAAAAAAAAAAAsAAAkAAGQAAAJWUDhMEQAAAC8LQAIAB1"
        + "CPIhel/4GI6H8AAEFOTUYqAAAAAAAAAAAACwAACQAAZAAAAFZQOEwRAAAALwtAAgAHUMFSFL7/gYjofwAA";

    private const string AnimatedPng =
        "iVBORw0KGgoAAAANSUhEUgAAAAwAAAAKCAIAAAAPTiitAAAACGFjVEwAAAACAAAAAPONk3AAAAAaZmNUTAAAAAAAAAAMAAAACgAAAAAAAAAAAG"
        + "QD6AAAWqFVDAAAABZJREFUeJxjPCGnwUAIMBFUMaqIaEUAlLUBIqQyx4EAAAAaZmNUTAAAAAEAAAAMAAAACgAAAAAAAAAAAGQD6AAAwdK/2AAA"
        + "ABpmZEFUAAAAAnicYxRp+sBACDARVDGqiGhFAD/IAZpy1ni+AAAAAElFTkSuQmCC";

    private const string PlainGif =
        "R0lGODdhDAAKAIEAAMgeKAAAAAAAAAAAACwAAAAADAAKAAAIFAABCBxIsKDBgwgTKlzIsKHDhwEBADs=";

    private const string TransparentGif =
        "R0lGODlhDAAKAIEAAP8AAAAAAAAAAAAAACH5BAEAAAEALAAAAAAMAAoAAAgkAAEIHBigoMGBBA0WRChQ4UKGDgMwBBBxYkWIDi1mxKhQo8KAAD"
        + "s=";

    private readonly ImageDecoder decoder = new(new ImageLimits());

    public static TheoryData<string, int, bool, bool> Orientations
    {
        get
        {
            var all = new TheoryData<string, int, bool, bool>();
            foreach (var container in new[] { "png before", "png after", "webp", "webp with prefix", "jpeg" })
            {
                for (var orientation = 1; orientation <= 8; orientation++)
                {
                    all.Add(container, orientation, true, false);
                    all.Add(container, orientation, false, true);
                }
            }

            all.Add("jpeg", 6, true, true);
            all.Add("jpeg", 6, false, false);
            return all;
        }
    }

    [Theory, MemberData(nameof(Orientations))]
    public void The_orientation_is_honoured_in_every_container(string container, int orientation, bool little, bool isLong)
    {
        // Columns in the red channel, rows in the green one; in blocks, so that JPEG stays close.
        var image = new PixelImage(48, 32, new byte[48 * 32 * 3]);
        for (var i = 0; i < 48 * 32; i++)
        {
            image.Rgb[i * 3] = (byte)(i % 48 / 16 * 100);
            image.Rgb[(i * 3) + 1] = (byte)(i / 48 / 16 * 100);
        }

        var exif = TestImages.Exif(orientation, little, isLong);
        var encoded = container switch
        {
            "png before" => TestImages.WithChunk(TestImages.Encode(image, SKEncodedImageFormat.Png), "eXIf", exif),
            "png after" => TestImages.WithChunk(TestImages.Encode(image, SKEncodedImageFormat.Png), "eXIf", exif, atEnd: true),
            "jpeg" => TestImages.WithExif(TestImages.Encode(image, SKEncodedImageFormat.Jpeg), exif),
            _ => TestImages.WithExifInWebp(
                TestImages.Encode(image, SKEncodedImageFormat.Webp), 48, 32,
                container == "webp" ? exif : [.. "Exif\0\0"u8, .. exif]),
        };

        using var decoded = decoder.Decode(encoded);

        Assert.Equal(orientation >= 5 ? (32, 48) : (48, 32), (decoded.Width, decoded.Height));
        for (var y = 4; y < 32; y += 8)
        {
            for (var x = 4; x < 48; x += 8)
            {
                // Where the EXIF standard puts row y and column x.
                var (toX, toY) = orientation switch
                {
                    1 => (x, y), 2 => (47 - x, y), 3 => (47 - x, 31 - y), 4 => (x, 31 - y),
                    5 => (y, x), 6 => (31 - y, x), 7 => (31 - y, 47 - x), _ => (y, 47 - x),
                };
                var at = ((toY * decoded.Width) + toX) * 3;
                Assert.InRange(decoded.Rgb[at], (x / 16 * 100) - 12, (x / 16 * 100) + 12);
                Assert.InRange(decoded.Rgb[at + 1], (y / 16 * 100) - 12, (y / 16 * 100) + 12);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(65535)]
    public void An_orientation_that_does_not_exist_changes_nothing(int orientation)
    {
        var png = TestImages.WithChunk(TestImages.Png(3, 12, 20), "eXIf", TestImages.Exif(orientation, true, false));
        using var decoded = decoder.Decode(png);
        Assert.Equal((12, 20), (decoded.Width, decoded.Height));
        Assert.Equal(PictureTraits.None, decoded.Traits);
    }

    [Fact]
    public void Damaged_metadata_never_fails_a_picture()
    {
        var exif = TestImages.Exif(6, true, false);
        var png = TestImages.Png(3, 12, 20);
        for (var length = 0; length < exif.Length; length++)
        {
            using var decoded = decoder.Decode(TestImages.WithChunk(png, "eXIf", exif[..length]));
            Assert.Equal(12 * 20, decoded.Width * decoded.Height);
        }

        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var damaged = (byte[])exif.Clone();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            using var decoded = decoder.Decode(TestImages.WithChunk(png, "eXIf", damaged));
        }
    }

    [Theory]
    [InlineData("png-exif-orientation-6", 0)]
    [InlineData("icc-adobergb", 3)]
    public void The_cases_from_real_life_are_right(string name, int tolerance)
    {
        var path = Repository.SharedCase($"{name}.png");
        Assert.SkipUnless(File.Exists(path), "needs ../shared/cases, which is not part of the repository");

        using var decoded = decoder.Decode(File.ReadAllBytes(path));
        using var right = decoder.Decode(File.ReadAllBytes(Repository.SharedCase($"{name}.right.png")));

        AssertClose(right.Rgb, decoded.Rgb, tolerance);
        Assert.Equal((right.Width, right.Height), (decoded.Width, decoded.Height));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Display_P3_becomes_sRGB(SKEncodedImageFormat format)
    {
        byte[][] colours = [[200, 60, 40], [128, 128, 128], [90, 180, 120], [255, 255, 255], [60, 90, 170], [10, 10, 10]];
        using var space = SKColorSpace.CreateRgb(SKColorSpaceTransferFn.Srgb, SKColorSpaceXyz.DisplayP3);
        foreach (var colour in colours)
        {
            var info = new SKImageInfo(16, 16, SKColorType.Rgba8888, SKAlphaType.Opaque, space);
            using var bitmap = new SKBitmap(info);
            var pixels = Enumerable.Range(0, 256).SelectMany(_ => new byte[] { colour[0], colour[1], colour[2], 255 }).ToArray();
            System.Runtime.InteropServices.Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
            using var data = bitmap.Encode(format, 100);

            using var decoded = decoder.Decode(data.ToArray());

            AssertClose(FromDisplayP3(colour), decoded.Rgb[..3], 3);
            Assert.Equal(PictureTraits.Converted, decoded.Traits);
        }
    }

    [Fact]
    public void A_grey_profile_becomes_sRGB()
    {
        // Brightness stored as it is: half of the light is 188 in sRGB.
        byte[] values = [0, 32, 128, 255];
        var rows = Enumerable.Range(0, 8).SelectMany(_ => values.SelectMany(value => new[] { value, value })).ToArray();
        using var decoded = decoder.Decode(TestImages.RawPng(8, 8, 8, 0, rows, ("iCCP", IccChunk(LinearGrey()))));

        for (var i = 0; i < values.Length; i++)
        {
            var expected = ToSrgb(values[i] / 255.0);
            AssertClose([expected, expected, expected], decoded.Rgb.Slice(i * 6, 3), 2);
        }
    }

    [Fact]
    public void A_profile_that_cannot_be_read_is_left_alone()
    {
        byte[] grey = [.. Enumerable.Repeat((byte)100, 64)];
        using var decoded = decoder.Decode(TestImages.RawPng(8, 8, 8, 0, grey, ("iCCP", IccChunk(new byte[200]))));
        AssertClose([100, 100, 100], decoded.Rgb[..3], 0);
    }

    [Fact]
    public void Cmyk_is_decoded_as_Pillow_does()
    {
        byte[][] right =
        [
            [255, 255, 255], [0, 255, 255], [255, 0, 255], [255, 255, 0], [0, 0, 0], [190, 146, 84],
            [33, 149, 119], [255, 127, 0],
        ];
        using var decoded = decoder.Decode(Convert.FromBase64String(Cmyk));
        for (var i = 0; i < 8; i++)
        {
            AssertClose(right[i], decoded.Rgb.Slice(((((i / 2 * 4) + 2) * 16) + (i % 2 * 8) + 4) * 3, 3), 4);
        }
    }

    [Fact]
    public void Every_kind_of_PNG_is_right()
    {
        // 16 bits: as near as 8 bits can be.
        ushort[] deep = [0, 128, 257, 300, 32768, 40000, 65407, 65535];
        byte[] rows = [.. Enumerable.Range(0, 8).SelectMany(_ => deep.SelectMany(v => new[] { (byte)(v >> 8), (byte)v }))];
        using var grey16 = decoder.Decode(TestImages.RawPng(8, 8, 16, 0, rows));
        for (var i = 0; i < 8; i++)
        {
            Assert.InRange(grey16.Rgb[i * 3] - (deep[i] / 257.0), -1, 1);
        }

        byte[] palette = [200, 10, 20, 30, 210, 40, 50, 60, 220];
        byte[] numbers = [.. Enumerable.Range(0, 64).Select(i => (byte)(i % 3))];
        using var indexed = decoder.Decode(TestImages.RawPng(8, 8, 8, 3, numbers, ("PLTE", palette), ("tRNS", [255, 0, 255])));
        AssertClose([200, 10, 20, 255, 255, 255, 50, 60, 220], indexed.Rgb[..9], 0);
        Assert.Equal(PictureTraits.Transparent, indexed.Traits);

        byte[] greyAlpha = [.. Enumerable.Range(0, 64).SelectMany(i => new byte[] { 100, (byte)(i % 2 == 0 ? 255 : 102) })];
        using var translucent = decoder.Decode(TestImages.RawPng(8, 8, 8, 4, greyAlpha));
        AssertClose([100, 100, 100, 193, 193, 193], translucent.Rgb[..6], 1);

        byte[] bits = [.. Enumerable.Repeat((byte)0b10101010, 8)];
        using var black = decoder.Decode(TestImages.RawPng(8, 8, 1, 0, bits));
        AssertClose([255, 255, 255, 0, 0, 0], black.Rgb[..6], 0);
    }

    [Theory]
    [InlineData("#000000", 0, 0, 0)]
    [InlineData("#ffffff", 255, 255, 255)]
    [InlineData("#1A80c0", 26, 128, 192)]
    public void What_is_transparent_lies_on_the_chosen_background(string background, int red, int green, int blue)
    {
        byte[] rows = [.. Enumerable.Range(0, 64).SelectMany(i => new byte[] { 200, 100, 50, (byte)(i % 3 * 127) })];
        var chosen = new ImageDecoder(new ImageLimits(), Rendering.Current with { Background = background });

        using var decoded = chosen.Decode(TestImages.RawPng(8, 8, 8, 6, rows));

        byte[] behind = [(byte)red, (byte)green, (byte)blue];
        byte[] colour = [200, 100, 50];
        for (var c = 0; c < 3; c++)
        {
            Assert.Equal(behind[c], decoded.Rgb[c]);
            Assert.InRange(decoded.Rgb[3 + c] - ((colour[c] * 127 / 255.0) + (behind[c] * 128 / 255.0)), -1, 1);
            Assert.InRange(decoded.Rgb[6 + c] - ((colour[c] * 254 / 255.0) + (behind[c] / 255.0)), -1, 1);
        }

        Assert.Equal(PictureTraits.Transparent, decoded.Traits);
    }

    [Fact]
    public void An_alpha_channel_that_is_opaque_is_no_transparency()
    {
        byte[] rows = [.. Enumerable.Range(0, 64).SelectMany(_ => new byte[] { 200, 100, 50, 255 })];
        using var decoded = decoder.Decode(TestImages.RawPng(8, 8, 8, 6, rows));
        Assert.Equal(PictureTraits.None, decoded.Traits);
    }

    [Theory]
    [InlineData(AnimatedGif)]
    [InlineData(AnimatedWebp)]
    [InlineData(AnimatedPng)]
    public void Of_an_animation_the_first_frame_is_read(string file)
    {
        using var decoded = decoder.Decode(Convert.FromBase64String(file));
        Assert.Equal((12, 10), (decoded.Width, decoded.Height));
        AssertClose([200, 30, 40], decoded.Rgb[..3], 0);
        Assert.Equal(PictureTraits.Animated, decoded.Traits);
    }

    [Fact]
    public void A_GIF_is_read()
    {
        using var plain = decoder.Decode(Convert.FromBase64String(PlainGif));
        AssertClose([200, 30, 40], plain.Rgb[..3], 0);
        Assert.Equal(PictureTraits.None, plain.Traits);

        using var transparent = decoder.Decode(Convert.FromBase64String(TransparentGif));
        AssertClose([255, 0, 0], transparent.Rgb[..3], 0);
        AssertClose([255, 255, 255], transparent.Rgb.Slice(33, 3), 0);
        Assert.Equal(PictureTraits.Transparent, transparent.Traits);
    }

    [Theory]
    [InlineData("000000186674797068656963000000006D69663168656963", "a HEIC picture")]
    [InlineData("00000018667479706D696631000000006D69663168656963", "a HEIC picture")]
    [InlineData("0000001C667479706D696631000000006D696631617669666D696166", "an AVIF picture")]
    [InlineData("000000186674797061766966000000006D69663161766966", "an AVIF picture")]
    [InlineData("00000018667479706372782000000001637278206973 6F6D", "a camera's RAW picture")]
    [InlineData("000000186674797069736F6D0000020069736F6D69736F32", "a video")]
    [InlineData("49492A0008000000000000000000", "a TIFF picture")]
    [InlineData("4D4D002A00000008000000000000", "a TIFF picture")]
    [InlineData("49492A00100000004352020000000000", "a camera's RAW picture")]
    [InlineData("49492A0008000000010012C6010004000000010400000000", "a camera's RAW picture (DNG)")]
    [InlineData("0000000C6A5020200D0A870A00000014667479706A703220", "a JPEG 2000 picture")]
    [InlineData("FF4FFF51002F0000000000000000", "a JPEG 2000 picture")]
    [InlineData("FF0AFA1F0190080600", "a JPEG XL picture")]
    [InlineData("0000000C4A584C200D0A870A00000014667479706A786C20", "a JPEG XL picture")]
    [InlineData("384250530001000000000000000300000064", "a Photoshop (PSD) picture")]
    [InlineData("46554A4946494C4D4343442D52415720", "a camera's RAW picture")]
    [InlineData("255044462D312E37", "a PDF document")]
    [InlineData("3C73766720786D6C6E733D22", "an SVG drawing")]
    public void What_is_not_read_is_named_with_the_remedy(string start, string name)
    {
        byte[] file = [.. Convert.FromHexString(start.Replace(" ", "", StringComparison.Ordinal)), .. new byte[40]];
        var refusal = Assert.Throws<BadImageException>(() => decoder.Decode(file));
        Assert.Equal($"This is {name}. Convert it to JPEG or PNG.", refusal.Message);
    }

    [Fact]
    public void A_pack_of_the_first_rendering_keeps_its_pixels()
    {
        var first = new ImageDecoder(new ImageLimits(), Rendering.First);
        byte[] grey = [.. Enumerable.Repeat((byte)128, 64)];
        var profiled = TestImages.RawPng(8, 8, 8, 0, grey, ("iCCP", IccChunk(LinearGrey())));
        var turned = TestImages.WithChunk(TestImages.Png(1, 12, 20), "eXIf", TestImages.Exif(6, true, false));

        using var decoded = first.Decode(profiled);
        using var upright = first.Decode(turned);

        AssertClose([128, 128, 128], decoded.Rgb[..3], 0);
        Assert.Equal((12, 20), (upright.Width, upright.Height));
    }

    [Fact]
    public void The_perceptual_hash_stays_when_a_picture_is_scaled_or_compressed_and_differs_for_others()
    {
        var hash = new PerceptualHash();
        var hashes = Enumerable.Range(0, 40).Select(i => hash.Of(Scene(i, 160))!.Value).ToArray();
        for (var i = 0; i < hashes.Length; i++)
        {
            var jpeg = decoder.Decode(TestImages.Encode(Scene(i, 96), SKEncodedImageFormat.Jpeg));
            Assert.InRange(System.Numerics.BitOperations.PopCount((ulong)(hashes[i] ^ hash.Of(jpeg)!.Value)), 0, 4);
            for (var j = 0; j < i; j++)
            {
                Assert.InRange(System.Numerics.BitOperations.PopCount((ulong)(hashes[i] ^ hashes[j])), 9, 64);
            }
        }

        Assert.Null(hash.Of(new PixelImage(20, 20, [.. Enumerable.Repeat((byte)90, 1200)])));
    }

    /// <summary>A few soft spots at places that the number decides.</summary>
    private static PixelImage Scene(int number, int size)
    {
        var random = new Random(number);
        var spots = Enumerable.Range(0, 7)
            .Select(_ => (X: random.NextDouble(), Y: random.NextDouble(), Light: random.NextDouble() - 0.5)).ToArray();
        var rgb = new byte[size * size * 3];
        for (var i = 0; i < size * size; i++)
        {
            var (x, y) = ((i % size + 0.5) / size, (i / size + 0.5) / size);
            var light = spots.Sum(s => s.Light * Math.Exp(-(Math.Pow(x - s.X, 2) + Math.Pow(y - s.Y, 2)) / 0.01));
            rgb.AsSpan(i * 3, 3).Fill((byte)Math.Clamp(128 + (200 * light), 0, 255));
        }

        return new PixelImage(size, size, rgb);
    }

    /// <summary>By the published matrices of Display P3 and sRGB, both D65 (SMPTE EG 432-1, IEC 61966-2-1).</summary>
    private static byte[] FromDisplayP3(byte[] colour)
    {
        var (r, g, b) = (Linear(colour[0]), Linear(colour[1]), Linear(colour[2]));
        return
        [
            ToSrgb((1.2249402 * r) - (0.2249402 * g)),
            ToSrgb((-0.0420570 * r) + (1.0420570 * g)),
            ToSrgb((-0.0196376 * r) - (0.0786361 * g) + (1.0982736 * b)),
        ];
    }

    private static double Linear(byte value) => value / 255.0 is var v && v <= 0.04045
        ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4);

    private static byte ToSrgb(double linear) => (byte)Math.Round(255 * Math.Clamp(
        linear <= 0.0031308 ? 12.92 * linear : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055, 0, 1));

    private static byte[] IccChunk(byte[] profile)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(profile);
        }

        return [.. "test\0"u8, 0, .. packed.ToArray()];
    }

    /// <summary>A grey profile of ICC version 2 whose curve is a straight line.</summary>
    private static byte[] LinearGrey()
    {
        var profile = new byte[128 + 4 + (2 * 12) + 20 + 16];
        Put(0, [0, 0, 0, (byte)profile.Length]);
        Put(8, [2, 0x40, 0, 0, .. "mntrGRAYXYZ "u8]);
        Put(36, [.. "acsp"u8]);
        Put(68, [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]);
        Put(128, [0, 0, 0, 2]);
        Put(132, [.. "wtpt"u8, 0, 0, 0, 156, 0, 0, 0, 20]);
        Put(144, [.. "kTRC"u8, 0, 0, 0, 176, 0, 0, 0, 12]);
        Put(156, [.. "XYZ "u8, 0, 0, 0, 0, 0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D]);
        Put(176, [.. "curv"u8, 0, 0, 0, 0, 0, 0, 0, 0]);
        return profile;

        void Put(int at, byte[] bytes) => bytes.CopyTo(profile, at);
    }

    private static void AssertClose(ReadOnlySpan<byte> right, ReadOnlySpan<byte> found, int tolerance)
    {
        Assert.Equal(right.Length, found.Length);
        for (var i = 0; i < right.Length; i++)
        {
            Assert.True(Math.Abs(right[i] - found[i]) <= tolerance, $"value {i} is {found[i]}, not {right[i]}");
        }
    }
}
