using System.Globalization;
using Dashboard.Formats;

namespace Dashboard.Storage.Artifacts;

/// <summary>
/// The folder that web and workers share: checkpoints, data sets, uploads under way. Paths in Postgres are relative to it.
/// </summary>
public sealed class ArtifactFiles
{
    public ArtifactFiles(string root)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        Directory.CreateDirectory(Root);
    }

    /// <summary>Absolute, without a separator at its end.</summary>
    public string Root { get; }

    /// <summary>Uploads while they arrive; nothing in it outlives its request.</summary>
    public string UploadFolder => Path.Combine(Root, "uploads");

    public string DatasetFolder(long datasetId) =>
        Path.Combine(Root, "datasets", datasetId.ToString(CultureInfo.InvariantCulture));

    public string RunFolder(long runId) => Path.Combine(Root, "runs", runId.ToString(CultureInfo.InvariantCulture));

    /// <summary>InceptionV3's weights, which a person brings with the worker's verb <c>weights</c>.</summary>
    public string InceptionWeights => Path.Combine(Root, ArtifactNames.Weights, ArtifactNames.InceptionWeights);

    /// <summary>Weights that somebody brought, by the hash of their bytes.</summary>
    public string ImportedWeights(string sha256) => Path.Combine(Root, "imports", $"{sha256}.safetensors");

    /// <summary>The absolute path of one relative to the folder.</summary>
    /// <exception cref="ArgumentException">It leads out of the folder.</exception>
    public string Resolve(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(Root, relative));
        return IsInside(path)
            ? path
            : throw new ArgumentException($"'{relative}' leads out of the artifact folder", nameof(relative));
    }

    /// <summary>What Postgres keeps of an absolute path.</summary>
    /// <exception cref="ArgumentException">It is not below the folder.</exception>
    public string Relative(string absolute)
    {
        var path = Path.GetFullPath(absolute);
        return IsInside(path)
            ? Path.GetRelativePath(Root, path)
            : throw new ArgumentException($"'{absolute}' is not below the artifact folder", nameof(absolute));
    }

    public bool Exists(string relative) => File.Exists(Resolve(relative));

    private bool IsInside(string path) => path.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
