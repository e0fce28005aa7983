using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.NewRun;

/// <summary>
/// A spec while it is written. Its JSON is the truth, so form, JSON view and API agree, and whatever stands in a field,
/// valid or not, meets the same reader that checks a script's.
/// </summary>
public abstract class SpecDraft(JsonObject json, IReadOnlyList<SpecField> fields)
{
    private static readonly JsonSerializerOptions Indented = new(SpecJson.Options) { WriteIndented = true };

    /// <summary>What is wrong, by field.</summary>
    public ILookup<string, string> Problems { get; protected set; } = Array.Empty<string>().ToLookup(problem => problem);

    public string Json => json.ToJsonString(Indented);

    /// <summary>What a field says where nobody changed it; null if there is nothing to compare with.</summary>
    protected abstract JsonObject? Usual { get; }

    /// <summary>A field as text, as a person would type it.</summary>
    public string Text(string path) => SpecFields.Text(json, path);

    public bool Flag(string path) => Text(path) == "true";

    /// <summary>A field is shown where it counts, and wherever something is wrong with it.</summary>
    public bool Shows(SpecField field) => SpecFields.Counts(json, field) || Problems[field.Path].Any();

    /// <summary>Whether a field says something other than usual.</summary>
    public bool Differs(string path) => Usual is { } usual && Text(path) != SpecFields.Text(usual, path);

    /// <summary>Writes what was typed. Anything but a number stays text, which the reader refuses by the field's name.</summary>
    public void Set(string path, string? text) => Put(path, Number(text?.Trim() ?? ""));

    public void Set(string path, bool flag) => Put(path, JsonValue.Create(flag));

    public void SetList(string path, string? text) => Put(path, new JsonArray(
        [
            .. (text ?? "").Trim('[', ']', ' ')
                .Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(Number),
        ]));

    /// <summary>
    /// An empty word leaves the field out. Options that no longer belong to the choice go back to their defaults.
    /// </summary>
    public void SetWord(string path, string word)
    {
        Put(path, word.Length == 0 ? null : JsonValue.Create(word));
        foreach (var field in fields.Where(field => field.When is { Only: true } when && when.Path == path && !when.Holds(word)))
        {
            Set(field.Path, field.Default);
        }
    }

    public void Clear(string path) => Put(path, null);

    /// <summary>Writes a whole part of the spec.</summary>
    public void Put(string path, JsonNode? value)
    {
        var cut = path.LastIndexOf('.');
        var owner = cut < 0 ? json : path[..cut].Split('.').Aggregate(json, (node, name) => node[name]!.AsObject());
        owner[path[(cut + 1)..]] = value;
    }

    protected SpecResult<T> Parse<T>()
        where T : class => SpecReader.Parse<T>(json);

    private static JsonValue Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole)
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? JsonValue.Create(real)
        : JsonValue.Create(text);
}

/// <summary>A draft of one kind of spec, read once and checked once after each change.</summary>
public abstract class SpecDraft<T>(T spec, IReadOnlyList<SpecField> fields) : SpecDraft(SpecJson.ToObject(spec), fields)
    where T : class
{
    /// <summary>The spec if nothing is wrong with it.</summary>
    public T? Spec { get; private set; }

    /// <summary>What it says, valid or not; null while a field can't be read at all.</summary>
    public T? Shape { get; private set; }

    protected void Check(Func<T, IReadOnlyList<FieldProblem>> rules)
    {
        var read = Parse<T>();
        var judged = read.Check(rules);
        (Shape, Spec) = (read.Spec, judged.Spec);
        Problems = judged.Problems.ToLookup(p => p.Field.Split('[')[0], p => p.Message);
    }
}
