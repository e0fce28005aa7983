using System.Security.Cryptography;
using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Downloads;
using Dashboard.Formats;
using TorchSharp;
using static TorchSharp.torch;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// The weights file of InceptionV3: safetensors with torchvision's names, such as timm/inception_v3.tv_in1k. It is not ours to
/// ship, so a person adds it to the <c>weights</c> folder among the artifacts.
/// </summary>
public static class InceptionWeights
{
    public const string FileName = ArtifactNames.InceptionWeights;

    private const string Remedy =
        "Run \"Dashboard.Worker weights fetch\" on a machine with internet, or \"Dashboard.Worker weights add <file>\" with "
            + "timm/inception_v3.tv_in1k's model.safetensors";

    /// <summary>The same tensors as torchvision's inception_v3_google-1a9a5a14.pth.</summary>
    public static Uri DefaultSource { get; } =
        new("https://huggingface.co/timm/inception_v3.tv_in1k/resolve/main/model.safetensors");

    public static string FolderIn(string artifactFolder) => Path.Combine(artifactFolder, ArtifactNames.Weights);

    /// <param name="weightsFolder">Null where the run has none.</param>
    /// <exception cref="RunFailedException">The file is missing or does not fit.</exception>
    internal static InceptionV3 Load(string? weightsFolder, torch.Device device)
    {
        var path = weightsFolder is null ? null : Path.Combine(weightsFolder, FileName);
        if (path is null || !File.Exists(path))
        {
            throw new RunFailedException(
                $"evaluation.kid.extractor: InceptionV3's weights are missing{(path is null ? "" : $" ({path})")}. {Remedy}; or "
                    + $"choose the extractor \"embedded\".",
                FailureKind.Input);
        }

        try
        {
            return Read(path, device);
        }
        catch (InvalidDataException unfit)
        {
            throw new RunFailedException(
                $"evaluation.kid.extractor: InceptionV3's weights can't be used: {path}: {unfit.Message}. {Remedy}; or choose "
                    + $"the extractor \"embedded\".",
                FailureKind.Input,
                unfit);
        }
    }

    /// <summary>Reads the whole file and asks for every tensor of the graph.</summary>
    /// <returns>The file's SHA-256, lower-case hex.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is not a safetensors file, or a tensor is missing or has another shape. The message names the first.
    /// </exception>
    public static string Check(string path)
    {
        Read(path, CPU).Dispose();
        return FileHash.Sha256(path);
    }

    /// <summary>Checks a file and copies it to its place; the one before stays whole until then.</summary>
    /// <param name="sha256">What the file must have, hex; null for any.</param>
    /// <returns>The file's SHA-256, lower-case hex.</returns>
    /// <exception cref="InvalidDataException">The file does not fit; nothing was changed.</exception>
    public static string Add(string path, string weightsFolder, string? sha256 = null)
    {
        var found = FileHash.Sha256(path);
        if (sha256 is not null && !found.Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"the SHA-256 is {found}, not {sha256.ToLowerInvariant()}");
        }

        Read(path, CPU).Dispose();
        Directory.CreateDirectory(weightsFolder);
        return AtomicFile.Write(Path.Combine(weightsFolder, FileName), target =>
        {
            using var source = File.OpenRead(path);
            source.CopyTo(target);
            return found;
        });
    }

    /// <summary>Downloads, checks and adds. What came before an interruption is kept for the next attempt.</summary>
    /// <returns>The file's SHA-256, lower-case hex.</returns>
    /// <exception cref="InvalidDataException">It can't be downloaded, or does not fit.</exception>
    public static Task<string> FetchAsync(
        HttpClient http, Uri source, string weightsFolder, string? sha256, IProgress<double>? progress, CancellationToken stop) =>
        FetchAsync(http, source, weightsFolder, sha256, new DownloadOptions { Attempts = 3 }, progress, stop);

    internal static async Task<string> FetchAsync(
        HttpClient http,
        Uri source,
        string weightsFolder,
        string? sha256,
        DownloadOptions patience,
        IProgress<double>? progress,
        CancellationToken stop)
    {
        // Another source's beginning must never be continued with this one's rest.
        var key = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(source.AbsoluteUri)))[..16];
        var folder = Path.Combine(weightsFolder, $"download-{key}");
        Directory.CreateDirectory(folder);
        var file = new RemoteFile(Path.GetFileName(source.AbsolutePath), Md5: null);
        var arrived = Path.Combine(folder, file.Name);
        try
        {
            var download = new ResumingDownload(http, new Uri(source, "."), patience, folder);
            await foreach (var part in download.FetchAsync(file, stop))
            {
                progress?.Report(part);
            }
        }
        catch (DownloadFailedException failed)
        {
            throw new InvalidDataException(
                $"{failed.Message} Without internet, bring the file here and run \"Dashboard.Worker weights add <file>\".",
                failed);
        }

        try
        {
            return Add(arrived, weightsFolder, sha256);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <exception cref="InvalidDataException">
    /// The file is not a safetensors file, or a tensor is missing or has another shape. The message names the first.
    /// </exception>
    private static InceptionV3 Read(string path, torch.Device device)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Read(path);
        return new InceptionV3((name, shape) =>
        {
            var stored = file.Find(name) ?? throw new InvalidDataException($"tensor \"{name}\" is missing");
            if (!stored.shape.AsSpan().SequenceEqual(shape))
            {
                throw new InvalidDataException(
                    $"tensor \"{name}\" has the shape [{string.Join(", ", stored.shape)}], not [{string.Join(", ", shape)}]");
            }

            // Always a copy: the file's own tensors go with it.
            return stored.to(ScalarType.Float32).to(device, copy: true).DetachFromDisposeScope();
        });
    }
}
