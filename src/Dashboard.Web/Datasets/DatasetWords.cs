using Dashboard.Storage.Datasets;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Datasets;

/// <summary>Data sets in words.</summary>
internal static class DatasetWords
{
    public static string Kind(DatasetKind kind) => kind switch
    {
        DatasetKind.DrawnFlowers => "Drawn by the program",
        DatasetKind.Zip => "Uploaded zip",
        DatasetKind.Folder => "Folder on the server",
        DatasetKind.OxfordFlowers => "Oxford Flowers 102",
        _ => kind.ToString(),
    };

    public static string Counts(DatasetItem dataset)
    {
        var labels = dataset.LabelCount > 1 ? $", {Format.Count(dataset.LabelCount, "label")}" : "";
        var skipped = dataset.SkippedCount > 0 ? $", {Format.Count(dataset.SkippedCount)} skipped" : "";
        return $"{Format.Count(dataset.ImageCount, "image")}{labels}{skipped}";
    }

    /// <param name="colour">As #rrggbb.</param>
    public static string Colour(string colour) => colour switch
    {
        DatasetSource.White => "white",
        "#000000" => "black",
        _ => colour,
    };

    public static string Remaining(DatasetItem dataset) =>
        Format.Percent(dataset.Progress) + (dataset.Eta is { } seconds ? $", {Format.Left(seconds)}" : "");
}
