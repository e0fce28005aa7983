using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Dashboard.Diffusion.Specs;

/// <summary>
/// The one table of fields: forms, rules, the API's document, the terminal and advice read it. A field is declared by the
/// attributes of its property and nowhere else.
/// </summary>
public static class SpecFields
{
    /// <summary>Letters of a mistyped path that are compared.</summary>
    private const int LongestPath = 100;

    public static IReadOnlyList<SpecField> Training { get; } = Of(typeof(TrainingSpec));

    public static IReadOnlyList<SpecField> Sampling { get; } = Of(typeof(SamplingSpec));

    /// <summary>Only what decides the way from noise to image.</summary>
    public static IReadOnlyList<SpecField> Sampler { get; } = Of(typeof(SamplerSpec));

    /// <exception cref="InvalidOperationException">A property has no <see cref="FieldAttribute"/>, or an enum's member no
    /// word.</exception>
    public static IReadOnlyList<SpecField> Of(Type record) => [.. Walk([new Level("", record)], [], "")];

    public static SpecField Find(this IReadOnlyList<SpecField> fields, string path) => fields.First(field => field.Path == path);

    /// <summary>The known path most like a mistyped one.</summary>
    public static string Nearest(this IReadOnlyList<SpecField> fields, string path) =>
        fields.MinBy(field => Distance(field.Path, path.Length > LongestPath ? path[..LongestPath] : path))!.Path;

    /// <summary>A field of a spec as a person reads it: a choice's word, a number with its unit.</summary>
    /// <param name="spec">Complete, as a spec is when it is serialized.</param>
    public static string Value(JsonObject spec, SpecField field)
    {
        var text = Text(spec, field.Path);
        return field.Kind switch
        {
            SpecFieldKind.Switch => text == "true" ? "yes" : "no",
            SpecFieldKind.Choice => field.Choices.FirstOrDefault(choice => choice.Value == text)?.Text ?? text,
            _ when field.Nothing is { } nothing && text is "" or "0" => nothing,
            _ => field.Unit is null || text.Length == 0 ? text : $"{text} {field.Unit}",
        };
    }

    /// <summary>A field of a spec as a person would type it; empty where it is left out.</summary>
    public static string Text(JsonObject spec, string path) => At(spec, path) switch
    {
        JsonArray list => string.Join(", ", list.Select(item => item?.ToString())),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.ToJsonString() is var number =>
            number.AsSpan().ContainsAny('.', 'e', 'E') ? Text(double.Parse(number, CultureInfo.InvariantCulture)) : number,
        JsonValue value when value.TryGetValue(out bool flag) => Text(flag),
        var other => other?.ToString() ?? "",
    };

    /// <summary>Whether a field counts in this spec.</summary>
    public static bool Counts(JsonObject spec, SpecField field) =>
        (field.Path.LastIndexOf('.') is var cut && (cut < 0 || At(spec, field.Path[..cut]) is not null))
        && (field.When is not { } when || when.Holds(Text(spec, when.Path)));

    /// <summary>A field or part of a spec as it stands; null where it is left out.</summary>
    public static JsonNode? At(JsonObject spec, string path) =>
        path.Split('.').Aggregate((JsonNode?)spec, (node, name) => (node as JsonObject)?[name]);

    /// <summary>Whether a field counts in this spec.</summary>
    /// <param name="fields">Of the spec's type.</param>
    internal static bool Counts(object spec, SpecField field, IReadOnlyList<SpecField> fields) =>
        field.When is not { } when || when.Holds(Text(fields.Find(when.Path).Read(spec)));

    /// <summary>A value as specs write it.</summary>
    internal static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        Enum word => JsonSerializer.SerializeToElement(word, word.GetType(), SpecJson.Options).GetString()!,
        double number => number.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Text)),
        _ => value.ToString() ?? "",
    };

    private static IEnumerable<SpecField> Walk(IReadOnlyList<Level> levels, IReadOnlyList<PropertyInfo> above, string part)
    {
        var (prefix, record) = levels[^1];
        var usual = Activator.CreateInstance(record)!;
        foreach (var property in record.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var path = prefix + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            IReadOnlyList<PropertyInfo> properties = [.. above, property];
            if (IsRecord(property.PropertyType))
            {
                var inner = property.GetCustomAttribute<PartAttribute>() is { } own ? $" ({own.Name})" : part;
                foreach (var field in Walk([.. levels, new Level(path + ".", property.PropertyType)], properties, inner))
                {
                    yield return field;
                }

                continue;
            }

            var words = property.GetCustomAttribute<FieldAttribute>()
                ?? throw new InvalidOperationException($"{record.Name}.{property.Name} has no [Field]");
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            yield return new SpecField(path, KindOf(type), words.Label + part, words.Help)
            {
                Unit = words.Unit,
                Advanced = words.Advanced,
                Nothing = words.Nothing,
                Choices = type.IsEnum
                    ? [.. Enum.GetValues(type).Cast<Enum>().Select(value => new SpecChoice(Text(value), Word(value)))]
                    : [],
                Range = property.GetCustomAttribute<WithinAttribute>(),
                Entries = property.GetCustomAttribute<EntriesAttribute>(),
                When = property.GetCustomAttribute<ShownWhenAttribute>() is { } when ? Condition(when, levels) : null,
                Default = Text(property.GetValue(usual)),
                Need = property.GetCustomAttribute<DefaultWhenAttribute>() is { } need
                    ? new SpecNeed(
                        prefix + JsonNamingPolicy.CamelCase.ConvertName(need.Property), Text(need.Value), Text(need.Usual))
                    : null,
                Whole = type == typeof(int) || type == typeof(long) || type.IsAssignableTo(typeof(IEnumerable<int>)),
                Properties = properties,
            };
        }
    }

    /// <summary>A condition names a property of the innermost record that has it.</summary>
    private static SpecCondition Condition(ShownWhenAttribute when, IReadOnlyList<Level> levels)
    {
        var owner = levels.LastOrDefault(level => level.Record.GetProperty(when.Property) is not null)
            ?? throw new InvalidOperationException(
                $"{levels[^1].Record.Name} names {when.Property}, which no record around it has");
        return new SpecCondition(
            owner.Prefix + JsonNamingPolicy.CamelCase.ConvertName(when.Property), [.. when.Values.Select(Text)],
            when is OnlyWhenAttribute);
    }

    private static string Word(Enum value) =>
        value.GetType().GetField(value.ToString())!.GetCustomAttribute<WordAttribute>()?.Text
        ?? throw new InvalidOperationException($"{value.GetType().Name}.{value} has no [Word]");

    private static bool IsRecord(Type type) => type.IsClass && type.Namespace == typeof(SpecFields).Namespace;

    private static SpecFieldKind KindOf(Type type) =>
        type == typeof(bool) ? SpecFieldKind.Switch
        : type.IsEnum ? SpecFieldKind.Choice
        : type == typeof(string) ? SpecFieldKind.Text
        : type.IsAssignableTo(typeof(IEnumerable)) ? SpecFieldKind.List
        : SpecFieldKind.Number;

    /// <summary>Levenshtein's: letters to insert, delete or replace.</summary>
    public static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (var i = 1; i <= one.Length; i++)
        {
            (var diagonal, row[0]) = (row[0], i);
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    /// <param name="Prefix">JSON path before the record's names, such as <c>samples.</c>.</param>
    private sealed record Level(string Prefix, Type Record);
}
