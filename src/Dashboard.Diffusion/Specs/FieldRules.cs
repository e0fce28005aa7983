using System.Collections;
using System.Globalization;

namespace Dashboard.Diffusion.Specs;

/// <summary>The rules that fields declare themselves: ranges, and options that belong to one choice only.</summary>
internal static class FieldRules
{
    /// <summary>Characters of a name or hash in a spec; a label may be a path's part of 255 bytes.</summary>
    private const int LongestText = 300;

    public static void Check(ProblemList problems, IReadOnlyList<SpecField> fields, object spec)
    {
        foreach (var field in fields)
        {
            var value = field.Read(spec);
            if (value is IEnumerable list && field.Entries is { } entries
                && !CheckEntries(problems, field, entries, list.Cast<object>().ToList()))
            {
                continue;
            }

            if (value is string text)
            {
                CheckText(problems, field, text);
            }
            else if (value is not null && field.Range is { } range)
            {
                CheckRange(problems, field, range, value);
            }
            else if (value is double number)
            {
                // 1e400 is read as infinity, which JSON can't hold.
                problems.Require(double.IsFinite(number), field.Path, "The number is too large. Give a smaller one.");
            }

            if (value is not null && field.When is { Only: true } when && SpecFields.Text(value) != field.Default
                && !SpecFields.Counts(spec, field, fields))
            {
                problems.Add(field.Path, Elsewhere(field, when));
            }
        }
    }

    /// <returns>Whether the list may be looked at further.</returns>
    private static bool CheckEntries(ProblemList problems, SpecField field, EntriesAttribute allowed, List<object> list)
    {
        var count = allowed.Fewest == 0 ? $"at most {allowed.Most}" : $"{allowed.Fewest} to {allowed.Most}";
        if (list.Count < allowed.Fewest || list.Count > allowed.Most)
        {
            problems.Add(
                field.Path, string.Create(CultureInfo.InvariantCulture, $"{list.Count:N0} numbers are given: give {count}."));
            return false;
        }

        problems.Require(
            !allowed.Distinct || list.Distinct().Count() == list.Count, field.Path, "Give each number once.");
        return true;
    }

    private static void CheckText(ProblemList problems, SpecField field, string text)
    {
        problems.Require(
            text.Length <= LongestText && !text.Any(char.IsControl),
            field.Path,
            $"Give at most {LongestText} characters in one line, without control characters.");
    }

    private static void CheckRange(ProblemList problems, SpecField field, WithinAttribute range, object value)
    {
        if (value is IEnumerable list)
        {
            problems.Require(
                list.Cast<object>().All(range.Holds), field.Path, $"Each number must be from {range.Least} to {range.Most}.");
        }
        else
        {
            problems.Require(
                range.Holds(value),
                field.Path,
                string.Create(
                    CultureInfo.InvariantCulture, $"{value} is not allowed: give a number from {range.Least} to {range.Most}."));
        }
    }

    private static string Elsewhere(SpecField field, SpecCondition when)
    {
        var other = when.Path[(when.Path.LastIndexOf('.') + 1)..];
        var values = string.Join(" or ", when.Values);
        return when.Values.Count == 0
            ? $"This needs a {other}. Set it to {field.Default}, or give a {other}."
            : $"Only the {other} {values} has this option. Set it to {field.Default}, or choose the {other} {values}.";
    }
}
