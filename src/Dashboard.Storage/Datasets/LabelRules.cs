using Dashboard.Diffusion.Specs;
using Dashboard.Formats;
using Dashboard.Formats.Labels;
using Dashboard.Formats.Names;
using Dashboard.Formats.Zip;

namespace Dashboard.Storage.Datasets;

/// <summary>What label options must hold to. Each refusal names the field and the remedy.</summary>
public static class LabelRules
{
    public const int LongestLabel = 120;
    private const int MostNamed = 5;

    /// <summary>Renames as they will stand: in one form of Unicode, and without those that change nothing.</summary>
    public static LabelOptions Tidy(LabelOptions options) => options with
    {
        Rename = options.Rename.Select(rename => (rename.Key, Value: ComposedText.Of(rename.Value.Trim())))
            .Where(rename => rename.Key != rename.Value).ToDictionary(rename => rename.Key, rename => rename.Value),
        LeaveOut = [.. options.LeaveOut.Distinct()],
    };

    /// <summary>What can be said before the images are there.</summary>
    public static IReadOnlyList<FieldProblem> Check(LabelOptions options)
    {
        var problems = new List<FieldProblem>();
        if (options.Level is < 0 or > FolderLabels.MostLevels)
        {
            problems.Add(new(
                "level",
                $"Give 1 for the outermost folder, up to {FolderLabels.MostLevels} for those below it, 0 for no labels, or leave "
                    + "it out to have the level found."));
        }

        if (options.NameEncoding is { } encoding && NameEncoding.Find(encoding) is null)
        {
            problems.Add(new("nameEncoding", $"Give one of {string.Join(", ", NameEncoding.All.Select(e => e.Id))}."));
        }

        if (options.Rename.Values.Any(name => name is null || CheckName(name) is not null))
        {
            problems.Add(new("rename", $"Give each label a name of 1 to {LongestLabel} characters in one line."));
        }

        if (options.LeaveOut.Contains(null!))
        {
            problems.Add(new("leaveOut", "Give the names of labels."));
        }

        return problems;
    }

    /// <summary>What is wrong with a label's new name; null when nothing.</summary>
    public static string? CheckName(string name) =>
        string.IsNullOrWhiteSpace(name) || name.Trim().Length > LongestLabel || name.Any(char.IsControl)
            || !StoredText.IsStorable(name)
            ? $"Give 1 to {LongestLabel} characters in one line."
            : null;

    /// <summary>What is wrong with options that passed the other check, now that it is known what they find.</summary>
    /// <param name="hasFolders">Whether folders say the labels; else the source itself did.</param>
    public static IReadOnlyList<FieldProblem> Check(LabelOptions options, PackLabels found, bool hasFolders)
    {
        var problems = new List<FieldProblem>();
        var depth = found.Findings.Levels.Count;
        if (options.Level > depth)
        {
            problems.Add(new(
                "level",
                !hasFolders ? "This data set's labels come from no folders. Give 0 for no labels, or leave it out."
                    : depth == 0 ? "No image lies in a folder. Give 0 for no labels, or leave it out."
                    : $"The images lie in at most {depth} folders. Give 0 to {depth}, or leave it out."));
        }

        if (options.UseSplits && !found.Findings.CanSplit)
        {
            problems.Add(new(
                "useSplits",
                "No folders such as train and val leave images both to train on and to hold out. Leave it off."));
        }

        if (options.NameEncoding is not null && found.Findings.NameEncoding is null)
        {
            problems.Add(new("nameEncoding", "The names of these images leave no doubt about their encoding. Leave it out."));
        }

        var folders = found.Images.Select(image => image.Folder).OfType<string>().ToHashSet();
        Unknown("rename", options.Rename.Keys);
        Unknown("leaveOut", options.LeaveOut);
        if (options.LeaveOut.Count > 0 && found.Images.All(image => image.Verdict.IsLeftOut))
        {
            problems.Add(new("leaveOut", "All labels would be left out. Keep one at least."));
        }

        return problems;

        void Unknown(string field, IEnumerable<string> names)
        {
            var unknown = names.Where(name => !folders.Contains(name)).Take(MostNamed).ToList();
            if (unknown.Count > 0)
            {
                var named = string.Join(", ", unknown.Select(name => $"“{StoredText.Line(name, LongestLabel)}”"));
                problems.Add(new(field, $"There is no such label: {named}. Name it as the source does."));
            }
        }
    }
}
