using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.NewRun;

/// <summary>
/// A training spec while it is written. Its JSON is the truth, so form, JSON view and API agree and whatever stands in a
/// field, sense or not, meets the same reader that checks a script's.
/// </summary>
public sealed class SpecDraft
{
    private static readonly JsonSerializerOptions Indented = new(SpecJson.Options) { WriteIndented = true };
    private readonly JsonObject json;
    private Preset? preset;
    private JsonObject? presetJson;

    private SpecDraft(JsonObject json)
    {
        this.json = json;
        Check(null);
    }

    /// <summary>What is wrong, by field.</summary>
    public ILookup<string, string> Problems { get; private set; } = default!;

    /// <summary>The spec if nothing is wrong with it.</summary>
    public TrainingSpec? Spec { get; private set; }

    /// <summary>What it says, sense or not; null while a field can't be read at all.</summary>
    public TrainingSpec? Shape { get; private set; }

    public string Json => json.ToJsonString(Indented);

    public string Dataset => Text("dataset");

    public static SpecDraft From(TrainingSpec spec) => new(JsonSerializer.SerializeToNode(spec, SpecJson.Options)!.AsObject());

    /// <summary>Takes up a stored spec; fields that it lacks come from its preset.</summary>
    public static SpecDraft From(JsonElement spec)
    {
        var preset = spec.TryGetProperty("preset", out var name) ? Presets.Find(name.GetString() ?? "") : null;
        var draft = (preset ?? Presets.All[0]).ToJson();
        Merge(draft, JsonObject.Create(spec)!);
        return new SpecDraft(draft);
    }

    /// <summary>A field as text, as a person would type it.</summary>
    public string Text(string path) => Written(json, path);

    /// <summary>A field is shown where it matters, and wherever something is wrong with it.</summary>
    public bool Shows(SpecField field) =>
        field.When is not { } when || when.Values.Contains(Text(when.Path)) || Problems[field.Path].Any();

    /// <summary>Whether a field says something else than the draft's preset.</summary>
    public bool Differs(string path) =>
        PresetJson() is { } usual && Text(path) != Written(usual, path);

    public bool Flag(string path) => At(json, path) is JsonValue value && value.TryGetValue(out bool flag) && flag;

    /// <summary>Writes what was typed. What is no number stays text, which the reader refuses by the field's name.</summary>
    public void Set(string path, string? text) => Put(path, Number(text?.Trim() ?? ""));

    public void Set(string path, bool flag) => Put(path, JsonValue.Create(flag));

    public void SetWord(string path, string word) => Put(path, JsonValue.Create(word));

    public void Clear(string path) => Put(path, null);

    public void SetList(string path, string? text) => Put(path, new JsonArray(
        [.. (text ?? "").Trim('[', ']', ' ').Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Number)]));

    /// <summary>Reads the draft again. With a data set's counts its rules are checked, too.</summary>
    /// <param name="hasInceptionWeights">Whether somebody brought InceptionV3's weights.</param>
    public void Check(DatasetFacts? dataset, bool hasInceptionWeights = true)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        var read = SpecReader.ReadTraining(document.RootElement);
        var problems = read.Spec is { } spec && dataset is not null ? TrainingRules.Check(spec, dataset, hasInceptionWeights) : read.Problems;
        Spec = problems.Count == 0 ? read.Spec : null;
        Problems = problems.ToLookup(p => p.Field.Split('[')[0], p => p.Message);
        Shape = ReadShape();
    }

    /// <summary>Kept, for a form asks it for every field each time it is drawn.</summary>
    private JsonObject? PresetJson()
    {
        if (Presets.Find(Text("preset")) is var found && found != preset)
        {
            preset = found;
            presetJson = found?.ToJson();
        }

        return presetJson;
    }

    private TrainingSpec? ReadShape()
    {
        try
        {
            return json.Deserialize<TrainingSpec>(SpecJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? At(JsonObject spec, string path) => path.Split('.').Aggregate((JsonNode?)spec, (node, name) => node?[name]);

    private void Put(string path, JsonNode? value)
    {
        var cut = path.LastIndexOf('.');
        var owner = cut < 0 ? json : At(json, path[..cut])!.AsObject();
        owner[path[(cut + 1)..]] = value;
    }

    private static string Written(JsonObject spec, string path) => At(spec, path) switch
    {
        JsonArray list => string.Join(", ", list.Select(item => item?.ToString())),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.ToJsonString() is var number =>
            double.TryParse(number, CultureInfo.InvariantCulture, out var parsed) && number.Contains('.', StringComparison.Ordinal) ? Format(parsed) : number,
        var other => other?.ToString() ?? "",
    };

    private static JsonValue Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) ? JsonValue.Create(real)
        : JsonValue.Create(text);

    private static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);

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
}
