using System.Globalization;
using System.Text;

namespace Dashboard.Formats;

/// <summary>Text from outside, as Postgres takes it and pages show it.</summary>
public static class StoredText
{
    /// <summary>Characters of a message for people: an error, a fact, the reason why a file was left out.</summary>
    public const int LongestMessage = 2000;

    /// <summary>
    /// False for text with NUL, which Postgres refuses, or with half of a surrogate pair, which is not Unicode.
    /// </summary>
    public static bool IsStorable(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] == '\0' || Rune.DecodeFromUtf16(text, out _, out var used) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[used..];
        }

        return true;
    }

    /// <summary>
    /// Whether a line has control characters, line separators, or marks that turn the direction of the text around them.
    /// </summary>
    public static bool HasInvisible(string text) => text.EnumerateRunes().Any(IsInvisible);

    /// <summary>In one line without control characters, and not too long.</summary>
    public static string Line(string text, int longest = LongestMessage) => Clean(text, longest, keepLines: false);

    /// <summary>The same, but its line breaks and tabs stay.</summary>
    public static string Lines(string text, int longest) => Clean(text, longest, keepLines: true);

    private static string Clean(string text, int longest, bool keepLines)
    {
        var clean = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            var shown = keepLines && rune.Value is '\n' or '\t' ? rune
                : !keepLines && rune.Value is '\n' or '\t' ? new Rune(' ')
                : IsInvisible(rune) ? (Rune?)null
                : rune;
            if (shown is null || (!keepLines && shown.Value.Value == ' ' && (clean.Length == 0 || clean[^1] == ' ')))
            {
                continue;
            }

            if (clean.Length + shown.Value.Utf16SequenceLength > longest - 1)
            {
                return clean.ToString().TrimEnd() + "…";
            }

            clean.Append(shown.Value);
        }

        return keepLines ? clean.ToString() : clean.ToString().TrimEnd();
    }

    /// <summary>Control characters, line separators, and marks that turn the direction of the text around them.</summary>
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
        || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
