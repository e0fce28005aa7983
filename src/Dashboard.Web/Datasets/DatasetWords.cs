using Dashboard.Formats.Labels;
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

    /// <summary><c>1st</c>, <c>2nd</c>, <c>11th</c>.</summary>
    public static string Ordinal(int number) => number + (number % 100 is >= 11 and <= 13 ? "th" : (number % 10) switch
    {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    });

    /// <summary>Where labels come from.</summary>
    /// <param name="found">What is known of the names; null where they say nothing.</param>
    public static string Level(LabelOptions options, LabelFindings? found) => (options.Level, found?.Level) switch
    {
        (0, _) => "No labels, by choice.",
        ({ } level, _) => $"Labels are the {Ordinal(level)} folder of each image's path, by choice.",
        (null, { } level) => $"Labels are the {Ordinal(level)} folder of each image's path, which tells them apart.",
        _ => "",
    };

    /// <summary>Some names, and how many more there are.</summary>
    public static string Some(FolderLevel level)
    {
        const int shown = 3;
        var names = string.Join(", ", level.Folders.Take(shown).Select(folder => folder.Name));
        return level.Count > shown ? $"{names} and {Format.Count(level.Count - shown)} more" : names;
    }
}
