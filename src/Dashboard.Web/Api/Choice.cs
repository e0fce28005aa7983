using System.Text.Json;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.Api;

/// <summary>Enum values in a query string, in the API's kebab-case.</summary>
internal static class Choice
{
    /// <summary>Reads <c>a,b,c</c>; an unknown word becomes a problem that lists the known ones.</summary>
    public static IReadOnlyList<T> Read<T>(string? text, string field, List<FieldProblem> problems)
        where T : struct, Enum
    {
        var values = new List<T>();
        foreach (var word in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var known = Enum.GetValues<T>().Where(value => NameOf(value) == word).ToList();
            values.AddRange(known);
            if (known.Count == 0)
            {
                problems.Add(new(field, $"'{word}' is not one of {string.Join(", ", Enum.GetValues<T>().Select(NameOf))}."));
            }
        }

        return values;
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
