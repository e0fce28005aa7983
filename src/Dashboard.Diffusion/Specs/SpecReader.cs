using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Diffusion.Specs;

/// <summary>A spec, or what is wrong with it: <see cref="Spec"/> is null exactly when there are problems.</summary>
public sealed record SpecResult<T>(T? Spec, IReadOnlyList<FieldProblem> Problems)
    where T : class
{
    /// <summary>Asks the rules of what could be read.</summary>
    public SpecResult<T> Check(Func<T, IReadOnlyList<FieldProblem>> rules) =>
        Spec is not null && rules(Spec) is { Count: > 0 } problems ? new SpecResult<T>(null, problems) : this;
}

/// <summary>Reads what a form or a script sent: fills in the preset, checks every field, names each bad one.</summary>
public static partial class SpecReader
{
    /// <summary>Reads a training spec and asks the rules once.</summary>
    /// <param name="dataset">With its counts the rules are complete.</param>
    /// <param name="hasInceptionWeights">Whether InceptionV3's weights are installed.</param>
    public static SpecResult<TrainingSpec> ReadTraining(
        JsonElement json, DatasetFacts? dataset = null, bool hasInceptionWeights = true) =>
        ParseTraining(json).Check(spec => TrainingRules.Check(spec, dataset, hasInceptionWeights));

    /// <summary>Reads a training spec without asking the rules, for those who must look up its data set first.</summary>
    public static SpecResult<TrainingSpec> ParseTraining(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return Refuse<TrainingSpec>("spec", "Send an object such as {\"preset\": \"ddim-keras\", \"dataset\": \"…\"}.");
        }

        if (PresetOf(json) is not { } preset)
        {
            return Refuse<TrainingSpec>("preset", $"Name a preset: {string.Join(", ", Presets.All.Select(p => p.Name))}.");
        }

        return json.TryGetProperty("dataset", out _)
            ? Parse<TrainingSpec>(Complete(preset, json))
            : Refuse<TrainingSpec>("dataset", "Name a data set, by its id or its name.");
    }

    /// <summary>A spec that departs from another in the fields given, whatever the rules say of it.</summary>
    public static SpecResult<TrainingSpec> ParseDeparture(TrainingSpec from, JsonElement given)
    {
        var complete = SpecJson.ToObject(from);
        Merge(complete, JsonObject.Create(given)!);
        return Parse<TrainingSpec>(complete);
    }

    /// <param name="fromFile">The weights come from a file, so the spec names neither a checkpoint nor a run.</param>
    public static SpecResult<SamplingSpec> ReadSampling(JsonElement json, bool fromFile = false) =>
        json.ValueKind == JsonValueKind.Object
            ? Parse<SamplingSpec>(JsonObject.Create(json)!).Check(spec => SamplingRules.Check(spec, fromFile))
            : Refuse<SamplingSpec>("spec", "Send an object such as {\"run\": 1, \"evaluations\": 20}.");

    /// <summary>Only how to draw, not what and from which weights.</summary>
    public static SpecResult<SamplerSpec> ReadSampler(JsonElement json) =>
        Parse<SamplerSpec>(JsonObject.Create(json)!).Check(SamplerRules.Check);

    /// <summary>A spec from JSON, whatever its rules say of it.</summary>
    public static SpecResult<T> Parse<T>(JsonObject json)
        where T : class
    {
        try
        {
            return new SpecResult<T>(json.Deserialize<T>(SpecJson.Options), []);
        }
        catch (JsonException e)
        {
            return Refuse<T>(FieldOf(e), Explain<T>(e));
        }
    }

    /// <summary>
    /// How the weights of a stored run were trained. Fields that an older version did not know come from its preset.
    /// </summary>
    /// <returns>Null for a run without weights of its own, or whose spec this version can't read.</returns>
    public static TrainingSpec? ReadStored(RunKind kind, JsonElement json) => kind switch
    {
        RunKind.Training => Stored(json),
        RunKind.Import when json.TryGetProperty("training", out var training) => Stored(training),
        _ => null,
    };

    /// <summary>What a stored run draws.</summary>
    /// <returns>Null for another kind of run, or a spec that this version can't read.</returns>
    public static SamplingSpec? ReadStoredSampling(RunKind kind, JsonElement json) =>
        kind == RunKind.Sampling ? Parse<SamplingSpec>(JsonObject.Create(json)!).Spec : null;

    private static TrainingSpec? Stored(JsonElement json) =>
        Parse<TrainingSpec>(Complete(PresetOf(json) ?? Presets.All[0], json)).Spec;

    private static Preset? PresetOf(JsonElement json) =>
        json.TryGetProperty("preset", out var name) && name.ValueKind == JsonValueKind.String
            ? Presets.Find(name.GetString()!)
            : null;

    private static JsonObject Complete(Preset preset, JsonElement given)
    {
        var complete = preset.ToJson();
        Merge(complete, JsonObject.Create(given)!);
        return complete;
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
        where T : class => new(null, [new FieldProblem(field, message)]);

    private static string FieldOf(JsonException e)
    {
        var path = e.Path?.TrimStart('$').TrimStart('.') ?? "";
        if (UnknownMember().Match(e.Message) is { Success: true } unknown)
        {
            var name = unknown.Groups[1].Value;
            return path.Length == 0 || path == name || path.EndsWith('.' + name)
                ? (path.Length == 0 ? name : path)
                : $"{path}.{name}";
        }

        return path.Length == 0 ? "spec" : path;
    }

    private static string Explain<T>(JsonException e) =>
        UnknownMember().IsMatch(e.Message)
            ? $"There is no such field. Did you mean {SpecFields.Of(typeof(T)).Nearest(FieldOf(e))}?"
        : EnumType().Match(e.Message) is { Success: true } type
            && Type.GetType($"{typeof(SpecReader).Namespace}.{type.Groups[1].Value}") is { IsEnum: true } words
            ? $"Use one of: {string.Join(", ", Enum.GetValues(words).Cast<Enum>().Select(SpecFields.Text))}."
        : SpecFields.Of(typeof(T)).FirstOrDefault(field => field.Path == FieldOf(e).Split('[')[0]) is { } known ? Wanted(known)
        : "The value has the wrong type or is out of the type's range.";

    /// <summary>What a field takes, for somebody who gave something else.</summary>
    private static string Wanted(SpecField field)
    {
        var number = field.Whole ? "whole number" : "number";
        var range = field.Range is { } within ? $" from {within.Least} to {within.Most}" : "";
        return field.Kind switch
        {
            SpecFieldKind.Number => $"The value has the wrong type: give a {number}{range}.",
            SpecFieldKind.List => $"The value has the wrong type: give {number}s{range}, with commas between them.",
            SpecFieldKind.Switch => "The value has the wrong type: give true or false.",
            _ => "The value has the wrong type: give a text.",
        };
    }

    [GeneratedRegex("JSON property '([^']+)' could not be mapped")]
    private static partial Regex UnknownMember();

    [GeneratedRegex(@"could not be converted to Dashboard\.Diffusion\.Specs\.(\w+)")]
    private static partial Regex EnumType();
}
