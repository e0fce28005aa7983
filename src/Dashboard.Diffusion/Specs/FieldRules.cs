using System.Collections;
using System.Globalization;

namespace Dashboard.Diffusion.Specs;

/// <summary>The rules that fields declare themselves: ranges, and options that belong to one choice only.</summary>
internal static class FieldRules
{
    public static void Check(ProblemList problems, IReadOnlyList<SpecField> fields, object spec)
    {
        foreach (var field in fields)
        {
            var value = field.Read(spec);
            if (value is not null && field.Range is { } range)
            {
                CheckRange(problems, field, range, value);
            }

            if (value is not null && field.When is { Only: true } when && SpecFields.Text(value) != field.Default
                && !SpecFields.Counts(spec, field, fields))
            {
                problems.Add(field.Path, Elsewhere(field, when));
            }
        }
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
