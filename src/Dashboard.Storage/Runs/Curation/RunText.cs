using System.Globalization;
using System.Text;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats;
using Dashboard.Formats.Names;

namespace Dashboard.Storage.Runs.Curation;

/// <summary>How much people may write about a run, and how long they may take a deletion back.</summary>
public sealed record CurationLimits
{
    public int TagsPerRun { get; init; } = 20;

    /// <summary>Characters.</summary>
    public int LongestNotes { get; init; } = 20_000;

    /// <summary>How long a deleted run can be restored.</summary>
    public TimeSpan KeepDeleted { get; init; } = TimeSpan.FromDays(1);
}

/// <summary>Names, tags and notes as people type them, and as they are kept: composed (Unicode's form C).</summary>
public static class RunText
{
    public const int LongestName = 200;
    public const int LongestTag = 40;

    private const string TagMarks = "-_.:/+";

    /// <returns>Null where nothing is wrong.</returns>
    public static FieldProblem? CheckName(string? name) =>
        string.IsNullOrWhiteSpace(name) || name.Trim().Length > LongestName || name.Any(char.IsControl)
            || !StoredText.IsStorable(name)
            ? new FieldProblem("name", $"Give the run a name of 1 to {LongestName} characters in one line.")
            : StoredText.HasInvisible(name)
                ? new FieldProblem(
                    "name", "The name has an invisible mark that turns the direction of text or breaks the line. Type it anew.")
                : null;

    /// <summary>A name as it is kept.</summary>
    public static string Name(string name) => ComposedText.Of(name.Trim());

    /// <summary>A tag as it is kept.</summary>
    public static string Tag(string tag) => ComposedText.Of(tag.Trim());

    /// <returns>Null where nothing is wrong.</returns>
    public static FieldProblem? CheckTag(string? tag) =>
        tag is null || !StoredText.IsStorable(tag) || Tag(tag) is not { Length: > 0 and <= LongestTag } kept || !IsWord(kept)
            ? new FieldProblem(
                "tags",
                $"Give each tag 1 to {LongestTag} letters, digits or {string.Join(' ', TagMarks.ToCharArray())}, no spaces.")
            : null;

    /// <returns>Null where nothing is wrong.</returns>
    public static FieldProblem? CheckTags(IReadOnlyCollection<string?> tags, CurationLimits limits) =>
        tags.Select(CheckTag).OfType<FieldProblem>().FirstOrDefault() is { } wrong ? wrong
        : tags.Distinct().Count() > limits.TagsPerRun
            ? new FieldProblem("tags", $"A run has at most {limits.TagsPerRun} tags. Give fewer.")
        : null;

    /// <returns>Null where nothing is wrong.</returns>
    public static FieldProblem? CheckNotes(string? notes, CurationLimits limits) =>
        notes is null || !StoredText.IsStorable(notes) ? new FieldProblem("notes", "Give a text without NUL.")
        : notes.Length > limits.LongestNotes
            ? new FieldProblem("notes", string.Create(
                CultureInfo.InvariantCulture,
                $"The notes have {notes.Length:N0} characters, and {limits.LongestNotes:N0} may be. Shorten them."))
        : null;

    private static bool IsWord(string tag) => tag.EnumerateRunes().All(
        rune => Rune.IsLetterOrDigit(rune) || TagMarks.Contains(rune.ToString(), StringComparison.Ordinal)
            // Vowel signs of scripts that write them as marks.
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
}
