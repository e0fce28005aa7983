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
        DatasetKind.Folder => "Folder of the server",
        DatasetKind.OxfordFlowers => "Oxford Flowers 102",
        _ => kind.ToString(),
    };

    public static string Counts(DatasetItem dataset)
    {
        var labels = dataset.LabelCount > 1 ? $", {dataset.LabelCount} labels" : "";
        var skipped = dataset.SkippedCount > 0 ? $", {Format.Count(dataset.SkippedCount)} skipped" : "";
        return $"{Format.Count(dataset.ImageCount)} images{labels}{skipped}";
    }

    public static string Remaining(DatasetItem dataset) =>
        dataset.Eta is { } seconds ? $"{Format.Percent(dataset.Progress)}, about {Format.Duration(seconds)} left" : Format.Percent(dataset.Progress);
}
