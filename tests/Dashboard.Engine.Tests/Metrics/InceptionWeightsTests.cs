using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Downloads;
using Dashboard.Engine.Metrics;
using Dashboard.Engine.Tests.Data;
using static TorchSharp.torch;

namespace Dashboard.Engine.Tests.Metrics;

public sealed class InceptionWeightsTests : IDisposable
{
    private const string Reshaped = "Mixed_6b.branch7x7_2.conv.weight";

    private readonly TemporaryFolder temporary = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(temporary.Path, "weights");

    private string Installed => Path.Combine(Folder, InceptionWeights.FileName);

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void A_run_without_the_weights_fails_with_the_remedy()
    {
        var failure = Assert.Throws<RunFailedException>(
            () => FeatureExtractors.Create(Diffusion.Specs.FeatureExtractor.Inception75, CPU, Folder));

        Assert.Equal(FailureKind.Input, failure.Kind);
        Assert.Contains(Installed, failure.Message, StringComparison.Ordinal);
        Assert.Contains("weights fetch", failure.Message, StringComparison.Ordinal);
        Assert.Contains("weights add", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fitting_file_is_added_and_others_are_refused_by_the_first_tensor_that_differs()
    {
        var good = WriteFile("good");
        var sha256 = InceptionWeights.Add(good, Folder);
        Assert.Equal(64, sha256.Length);
        Assert.Equal(sha256, InceptionWeights.Check(Installed));
        using (var extractor = FeatureExtractors.Create(Diffusion.Specs.FeatureExtractor.Inception299, CPU, Folder))
        {
            Assert.Contains("299×299", extractor.Description, StringComparison.Ordinal);
        }

        Refused(WriteFile("missing", without: Reshaped), $"\"{Reshaped}\" is missing");
        Refused(
            WriteFile("reshaped", reshaped: Reshaped), $"\"{Reshaped}\" has the shape [128, 128, 7, 1], not [128, 128, 1, 7]");
        File.WriteAllText(Path.Combine(temporary.Path, "text"), "not a safetensors file at all");
        Refused(Path.Combine(temporary.Path, "text"), "safetensors");
        Assert.Equal(sha256, InceptionWeights.Check(Installed));
    }

    [Fact]
    public async Task Weights_are_fetched_across_interruptions_and_only_with_the_wanted_checksum()
    {
        using var server = new FileServer();
        using var http = new HttpClient();
        server.Files["model.safetensors"] = await File.ReadAllBytesAsync(WriteFile("good"), Stop);
        server.BreakOff["model.safetensors"] = new([1_000_000]);
        var source = new Uri(server.Address, "model.safetensors");

        var wrong = await Assert.ThrowsAsync<InvalidDataException>(() => Fetch(http, source, new string('0', 64)));
        Assert.Contains("SHA-256", wrong.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Installed));
        Assert.Contains(server.Requests, request => request.From > 0);

        var sha256 = await Fetch(http, source, null);
        Assert.Equal(sha256, InceptionWeights.Check(Installed));
        Assert.Equal(sha256, await Fetch(http, source, sha256.ToUpperInvariant()));
        Assert.Equal([Installed], Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Without_a_server_the_message_names_the_other_way()
    {
        using var http = new HttpClient();
        Uri nobody;
        using (var server = new FileServer())
        {
            nobody = server.Address;
        }

        var failure = await Assert.ThrowsAsync<InvalidDataException>(
            () => Fetch(http, new Uri(nobody, "model.safetensors"), null));
        Assert.Contains("weights add", failure.Message, StringComparison.Ordinal);
    }

    private Task<string> Fetch(HttpClient http, Uri source, string? sha256) => InceptionWeights.FetchAsync(
        http,
        source,
        Folder,
        sha256,
        new DownloadOptions { Attempts = 2, FirstPause = TimeSpan.FromMilliseconds(1) },
        progress: null,
        Stop);

    private void Refused(string path, string words) =>
        Assert.Contains(
            words, Assert.Throws<InvalidDataException>(() => InceptionWeights.Add(path, Folder)).Message,
            StringComparison.Ordinal);

    /// <summary>Zeros under the right names, beside a classifier that must be ignored.</summary>
    private string WriteFile(string name, string? without = null, string? reshaped = null)
    {
        using var scope = NewDisposeScope();
        var tensors =
            new List<NamedTensor> { new("fc.weight", zeros(10, 2048)), new("AuxLogits.conv0.bn.num_batches_tracked", zeros(1)) };
        using (new InceptionV3((key, shape) =>
        {
            if (key != without)
            {
                tensors.Add(new NamedTensor(key, key == reshaped ? zeros(shape[0], shape[1], shape[3], shape[2]) : zeros(shape)));
            }

            return zeros(1);
        }))
        {
            var path = Path.Combine(temporary.Path, name);
            SafeTensorsWriter.Write(path, tensors, new Dictionary<string, string>());
            return path;
        }
    }
}
