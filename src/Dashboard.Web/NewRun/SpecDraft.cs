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
    /// An empty word leaves the field out. Options that count only from now on, or no longer, go back to what is usual.
    /// </summary>
    public void SetWord(string path, string word)
    {
        var before = Text(path);
        Put(path, word.Length == 0 ? null : JsonValue.Create(word));
        if (word == before)
        {
            return;
        }

        foreach (var field in fields.Where(Belongs))
        {
            Put(field.Path, UsualWith(field, path, word));
        }

        bool Belongs(SpecField field) => SpecFields.Counts(json, field with { When = null })
            && ((field.When is { } when && when.Path == path && when.Holds(word) != when.Holds(before))
                || (field.Need is { } need && need.Path == path && (need.Value == word) != (need.Value == before)));
    }

    public void Clear(string path) => Put(path, null);

    /// <summary>Writes a whole part of the spec.</summary>
    public void Put(string path, JsonNode? value) => Put(json, path, value);

    /// <summary>What can be read of it. A field that can't be has the value that it had before, and a problem.</summary>
    /// <param name="before">As it was read the last time.</param>
    protected (SpecResult<T> Read, IReadOnlyList<FieldProblem> Unreadable) Parse<T>(JsonObject before)
        where T : class
    {
        var readable = json.DeepClone().AsObject();
        var unreadable = new List<FieldProblem>();
        while (true)
        {
            var read = SpecReader.Parse<T>(readable);
            if (read.Spec is not null
                || read.Problems[0] is not { } problem
                || fields.FirstOrDefault(field => field.Path == PathOf(problem)) is not { } field
                || unreadable.Any(other => PathOf(other) == field.Path)
                || !SpecFields.Counts(before, field with { When = null }))
            {
                return (read, unreadable);
            }

            unreadable.Add(problem);
            Put(readable, field.Path, SpecFields.At(before, field.Path)?.DeepClone());
        }
    }

    /// <summary>The field of a problem; that of a list where one entry is wrong.</summary>
    protected static string PathOf(FieldProblem problem) => problem.Field.Split('[')[0];

    private static void Put(JsonObject json, string path, JsonNode? value)
    {
        var cut = path.LastIndexOf('.');
        var owner = cut < 0 ? json : path[..cut].Split('.').Aggregate(json, (node, name) => node[name]!.AsObject());
        owner[path[(cut + 1)..]] = value;
    }

    /// <summary>The preset's value where the preset makes the same choice or nobody sees it, else the choice's default.</summary>
    private JsonNode? UsualWith(SpecField field, string choice, string word)
    {
        var unseen = field.When is { Only: false } when && when.Path == choice && !when.Holds(word);
        if (Usual is { } usual && (unseen || SpecFields.Text(usual, choice) == word))
        {
            return SpecFields.At(usual, field.Path)?.DeepClone();
        }

        var text = field.Need is { } need && need.Path == choice && need.Value == word ? need.Default : field.Default;
        return field.Kind switch
        {
            SpecFieldKind.Number => text.Length == 0 ? null : Number(text),
            SpecFieldKind.Switch => JsonValue.Create(text == "true"),
            SpecFieldKind.List => SpecFields.At(json, field.Path)?.DeepClone(),
            _ => text.Length == 0 ? null : JsonValue.Create(text),
        };
    }

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
    private JsonObject before = SpecJson.ToObject(spec);

    /// <summary>The spec if nothing is wrong with it.</summary>
    public T? Spec { get; private set; }

    /// <summary>What it says, valid or not. A field that can't be read has the value that it had before.</summary>
    public T? Shape { get; private set; }

    protected void Check(Func<T, IReadOnlyList<FieldProblem>> rules)
    {
        var (read, unreadable) = Parse<T>(before);
        var judged = read.Check(rules);
        Shape = read.Spec;
        Spec = unreadable.Count == 0 ? judged.Spec : null;
        Problems = unreadable
            .Concat(judged.Problems.Where(problem => unreadable.All(other => PathOf(other) != PathOf(problem))))
            .ToLookup(PathOf, problem => problem.Message);
        if (Shape is not null)
        {
            before = SpecJson.ToObject(Shape);
        }
    }
}
