using System.ComponentModel.DataAnnotations;

namespace Dashboard.Web.Datasets;

/// <summary>The settings under <c>Dashboard:Datasets</c> in appsettings.json, where each is explained.</summary>
public sealed class DatasetOptions
{
    public const string Section = "Dashboard:Datasets";

    [Range(1, long.MaxValue)]
    public long MaxUploadBytes { get; set; } = 20L << 30;

    public IList<string> FolderRoots { get; } = [];

    public Uri? OxfordMirror { get; set; }

    [Range(0, 100_000)]
    public int FirstFlowers { get; set; } = 2000;
}
