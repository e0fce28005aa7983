using System.Text;
using Dashboard.Engine.Data.Importing;

namespace Dashboard.Worker.Verbs;

/// <summary>The files that an import left out, kept beside the pack so that whoever uses it later is told too.</summary>
internal sealed class SkippedFiles
{
    private const string FileName = "left-out.tsv";
    private const int ShownReasons = 8;
    private const int ShownNames = 3;

    private readonly List<SkippedEntry> entries;

    private SkippedFiles(List<SkippedEntry> entries) => this.entries = entries;

    public static async Task SaveAsync(string packFolder, IReadOnlyCollection<SkippedEntry> entries, CancellationToken stop)
    {
        if (entries.Count > 0)
        {
            await File.WriteAllLinesAsync(
                Path.Combine(packFolder, FileName),
                entries.Select(entry => $"{entry.Name.Replace('\t', ' ')}\t{entry.Reason.ReplaceLineEndings(" ")}"),
                stop);
        }
    }

    public static SkippedFiles Of(IEnumerable<SkippedEntry> entries) => new([.. entries]);

    public static SkippedFiles Read(string packFolder) => new(
    [
        .. (Path.Combine(packFolder, FileName) is var path && File.Exists(path) ? File.ReadAllLines(path) : [])
            .Select(line => line.Split('\t', 2)).Where(parts => parts.Length == 2)
            .Select(parts => new SkippedEntry(parts[0], parts[1]))
    ]);

    /// <summary>Empty where nothing was left out: the count, then a line for each reason, the commonest first.</summary>
    /// <param name="imported">How many images were not left out.</param>
    public string Describe(int imported)
    {
        if (entries.Count == 0)
        {
            return "";
        }

        var text = new StringBuilder()
            .Append(entries.Count).Append(" of ").Append(entries.Count + imported)
            .Append(entries.Count == 1 ? " files was left out:" : " files were left out:");
        // "duplicate: the same file as rose.png" is one reason, whatever the file.
        var reasons = entries.GroupBy(entry => entry.Reason.Split(": ", 2)[0])
            .OrderByDescending(reason => reason.Count()).ThenBy(reason => reason.Key, StringComparer.Ordinal).ToList();
        foreach (var reason in reasons.Take(ShownReasons))
        {
            var words = reason.Select(entry => entry.Reason).Distinct().ToList() is [var one] ? one : reason.Key;
            var names = string.Join(", ", reason.Take(ShownNames).Select(entry => entry.Name));
            text.AppendLine().Append("  ").Append(reason.Count()).Append(": ").Append(words).Append(" (").Append(names)
                .Append(reason.Count() > ShownNames ? ", …)" : ")");
        }

        if (reasons.Count > ShownReasons)
        {
            var rest = reasons.Skip(ShownReasons).Sum(reason => reason.Count());
            text.AppendLine().Append("  ").Append(rest).Append(": other reasons");
        }

        return text.ToString();
    }
}
