using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Dashboard.Diffusion.Specs;

/// <summary>A spec, or what is wrong with it: <see cref="Spec"/> is null exactly when there are problems.</summary>
public sealed record SpecResult<T>(T? Spec, IReadOnlyList<SpecProblem> Problems)
    where T : class;

/// <summary>Reads what a form or a script sent: fills in the preset, checks every field, names each bad one.</summary>
public static partial class SpecReader
{
    public static SpecResult<TrainingSpec> ReadTraining(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return Refuse<TrainingSpec>("spec", "Send an object such as {\"preset\": \"ddim-keras\", \"dataset\": \"…\"}.");
        }

        var given = JsonObject.Create(json)!;
        var preset = given["preset"] is JsonValue name && name.TryGetValue(out string? text) ? Presets.Find(text) : null;
        if (preset is null)
        {
            return Refuse<TrainingSpec>("preset", $"Name a preset: {string.Join(", ", Presets.All.Select(p => p.Name))}.");
        }

        if (!given.ContainsKey("dataset"))
        {
            return Refuse<TrainingSpec>("dataset", "Name a data set, by its id or its name.");
        }

        var complete = preset.ToJson();
        Merge(complete, given);
        return Read<TrainingSpec>(complete, spec => TrainingRules.Check(spec));
    }

    public static SpecResult<SamplingSpec> ReadSampling(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object
            ? Read<SamplingSpec>(JsonObject.Create(json)!, SamplingRules.Check)
            : Refuse<SamplingSpec>("spec", "Send an object such as {\"run\": 1, \"evaluations\": 20}.");

    private static SpecResult<T> Read<T>(JsonObject json, Func<T, IReadOnlyList<SpecProblem>> check)
        where T : class
    {
        T spec;
        try
        {
            spec = json.Deserialize<T>(SpecJson.Options)!;
        }
        catch (JsonException e)
        {
            return Refuse<T>(FieldOf(e), Explain(e));
        }

        var problems = check(spec);
        return new SpecResult<T>(problems.Count == 0 ? spec : null, problems);
    }

    /// <summary>Objects are merged field by field; anything else given replaces the preset's value.</summary>
    private static void Merge(JsonObject target, JsonObject given)
    {
        foreach (var (name, value) in given)
        {
            if (value is JsonObject inner && target[name] is JsonObject into)
            {
                Merge(into, inner);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    private static SpecResult<T> Refuse<T>(string field, string message)
        where T : class => new(null, [new SpecProblem(field, message)]);

    private static string FieldOf(JsonException e)
    {
        var path = e.Path?.TrimStart('$').TrimStart('.') ?? "";
        if (UnknownMember().Match(e.Message) is { Success: true } unknown)
        {
            var name = unknown.Groups[1].Value;
            return path.Length == 0 || path == name || path.EndsWith('.' + name) ? (path.Length == 0 ? name : path) : $"{path}.{name}";
        }

        return path.Length == 0 ? "spec" : path;
    }

    private static string Explain(JsonException e) =>
        UnknownMember().IsMatch(e.Message)
            ? "There is no such field. Check its spelling; names are camelCase."
            : EnumType().Match(e.Message) is { Success: true } type && Type.GetType($"{typeof(SpecReader).Namespace}.{type.Groups[1].Value}") is { IsEnum: true } values
                ? $"Use one of: {string.Join(", ", Enum.GetValues(values).Cast<object>().Select(value => JsonSerializer.Serialize(value, values, SpecJson.Options).Trim('"')))}."
                : "The value has the wrong type or is out of the type's range.";

    [GeneratedRegex("JSON property '([^']+)' could not be mapped")]
    private static partial Regex UnknownMember();

    [GeneratedRegex(@"could not be converted to Dashboard\.Diffusion\.Specs\.(\w+)")]
    private static partial Regex EnumType();
}
