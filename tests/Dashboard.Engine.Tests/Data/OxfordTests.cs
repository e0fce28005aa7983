using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Data.Oxford;
using Dashboard.Engine.Downloads;
using Dashboard.Testing;
using SkiaSharp;

namespace Dashboard.Engine.Tests.Data;

public sealed class OxfordTests : IDisposable
{
    private const int Images = 8189;

    private readonly TemporaryFolder temporary = new();
    private readonly FileServer server = new();
    private readonly HttpClient http = new();

    private static string SplitFile => Repository.SharedData("oxford102-setid.mat");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        http.Dispose();
        server.Dispose();
        temporary.Dispose();
    }

    [Fact]
    public void The_genuine_split_file_has_the_official_parts()
    {
        var arrays = MatFile.Read(Genuine());

        Assert.Equal((1020, 1020, 6149), (arrays["trnid"].Length, arrays["valid"].Length, arrays["tstid"].Length));
        Assert.Equal(Enumerable.Range(1, Images).Select(i => (double)i), arrays.Values.SelectMany(a => a).Order());
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Arrays_are_read_compressed_or_not(bool compressed)
    {
        var labels = Enumerable.Range(0, 301).Select(i => (byte)((i % 102) + 1)).ToArray();

        Assert.Equal(labels.Select(l => (double)l), MatFile.Read(Mat("labels", labels, compressed))["labels"]);
        Assert.Throws<InvalidDataException>(() => MatFile.Read(Mat("labels", labels, compressed)[..140]));
    }

    [Fact]
    public async Task An_interrupted_download_goes_on_where_it_stopped_and_the_split_is_the_seeds()
    {
        var parts = MatFile.Read(Genuine());
        var numbers = new[] { (int)parts["trnid"][0], (int)parts["valid"][0], (int)parts["tstid"][0], (int)parts["valid"][1] };
        var options = Serve(numbers);
        server.BreakOff["102flowers.tgz"] = new([1500, 700]);

        var result = await ImportAsync(options);

        Assert.Equal([false, true, false, true], result.Images.Select(i => i.Validation));
        Assert.Equal(numbers.Select(n => $"{Label(n)}"), result.Images.Select(i => i.Label));
        Assert.Equal(4, result.LabelCount);
        var asked = server.Requests.Where(r => r.Name == "102flowers.tgz").Select(r => r.From).ToList();
        Assert.Equal(3, asked.Count);
        Assert.True(asked[0] == 0 && asked[1] > 0 && asked[2] > asked[1], string.Join(", ", asked));
    }

    [Fact]
    public async Task A_download_that_an_earlier_import_began_is_gone_on_with()
    {
        var options = Serve([1, 2]);
        var archive = server.Files["102flowers.tgz"];
        Directory.CreateDirectory(temporary.Below("downloads"));
        File.WriteAllBytes(temporary.Below("downloads/102flowers.tgz.part"), archive[..1000]);

        Assert.Equal(2, (await ImportAsync(options)).Images.Count);
        Assert.Contains(("102flowers.tgz", 1000L), server.Requests);
    }

    [Fact]
    public async Task A_file_with_another_checksum_is_refused_and_not_kept()
    {
        var options = Serve([1, 2]);
        server.Files["102flowers.tgz"][100] ^= 1;

        var refusal = await Assert.ThrowsAsync<ImportRefusedException>(() => ImportAsync(options));

        Assert.Contains("checksum", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.GetFiles(temporary.Below("downloads")), f => f.Contains("102flowers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_without_the_files_is_given_up_after_some_attempts()
    {
        var refusal = await Assert.ThrowsAsync<ImportRefusedException>(() => ImportAsync(
            new OxfordOptions
            {
                BaseAddress = server.Address,
                Download = new DownloadOptions { Attempts = 3, FirstPause = TimeSpan.FromMilliseconds(1) },
            }));

        Assert.Contains("404", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
    }

    private static int Label(int number) => (number % 102) + 1;

    private Task<ImportedDataset> ImportAsync(OxfordOptions options) =>
        new DatasetImport(temporary.Below("dataset"), new ImageLimits())
            .RunAsync(new OxfordFlowers(http, options, temporary.Below("downloads")), _ => ValueTask.CompletedTask, Stop);

    /// <summary>The genuine splits, and labels and an archive made here, with their own checksums.</summary>
    private OxfordOptions Serve(int[] numbers)
    {
        server.Files["setid.mat"] = Genuine();
        server.Files["imagelabels.mat"] = Mat(
            "labels", [.. Enumerable.Range(1, Images).Select(n => (byte)Label(n))], compressed: true);
        using var tgz = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(tgz, CompressionLevel.NoCompression)))
        {
            foreach (var number in numbers)
            {
                var jpeg = TestImages.Encode(TestImages.Pattern(40 + (number % 17), 32), SKEncodedImageFormat.Jpeg);
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"jpg/image_{number:D5}.jpg")
                {
                    DataStream = new MemoryStream(jpeg),
                });
            }
        }

        server.Files["102flowers.tgz"] = tgz.ToArray();
        return new OxfordOptions
        {
            BaseAddress = server.Address,
            Images = new RemoteFile("102flowers.tgz", Md5(server.Files["102flowers.tgz"])),
            Labels = new RemoteFile("imagelabels.mat", Md5(server.Files["imagelabels.mat"])),
            Download = new DownloadOptions { FirstPause = TimeSpan.FromMilliseconds(1) },
        };
    }

    private static byte[] Genuine()
    {
        Assert.SkipUnless(File.Exists(SplitFile), $"{SplitFile} is not there");
        return File.ReadAllBytes(SplitFile);
    }

    /// <summary>A MAT-file of level 5 with one row of bytes.</summary>
    private static byte[] Mat(string name, byte[] values, bool compressed)
    {
        byte[] body =
        [
            .. Element(6, [2, 0, 0, 0, 0, 0, 0, 0]),
            .. Element(5, [1, 0, 0, 0, .. BitConverter.GetBytes(values.Length)]),
            .. Element(1, System.Text.Encoding.ASCII.GetBytes(name)),
            .. Element(2, values),
        ];
        var matrix = Element(14, body);
        if (compressed)
        {
            using var packed = new MemoryStream();
            using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal))
            {
                zlib.Write(matrix);
            }

            // Not padded: nothing follows.
            matrix = [.. BitConverter.GetBytes(15), .. BitConverter.GetBytes(packed.ToArray().Length), .. packed.ToArray()];
        }

        var header = new byte[128];
        (header[125], header[126], header[127]) = (1, (byte)'I', (byte)'M');
        return [.. header, .. matrix];

        static byte[] Element(int type, byte[] content) =>
            [
                .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(content.Length), .. content,
                .. new byte[(8 - (content.Length % 8)) % 8],
            ];
    }

    private static string Md5(byte[] bytes)
    {
#pragma warning disable CA5351 // The publisher's kind of checksum.
        return Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351
    }
}
