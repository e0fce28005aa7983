using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Worker.Verbs;

/// <summary>Fields of a spec as the API would take them: <c>--set batchSize=64 --set network.widths=[32,64]</c>.</summary>
/// <param name="fields">Those that may be set.</param>
internal sealed class FieldOption(string example, IReadOnlyList<SpecField> fields)
{
    public Option<string[]> Option { get; } = new("--set")
    {
        Description = $"A field of the spec by its path, and its value: --set {example}",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>Fields that this verb takes from elsewhere or not at all, each with what to do instead.</summary>
    public IReadOnlyDictionary<string, string> Elsewhere { get; init; } = new Dictionary<string, string>();

    /// <exception cref="ArgumentException">There are problems; the message names each in a line.</exception>
    public static void Refuse(IReadOnlyList<FieldProblem> problems)
    {
        if (problems.Count > 0)
        {
            throw new ArgumentException(
                string.Join(Environment.NewLine, problems.Select(problem => $"{problem.Field}: {problem.Message}")));
        }
    }

    /// <param name="json">What the spec is besides the fields given.</param>
    /// <exception cref="ArgumentException">The spec is not valid; the message names each problem.</exception>
    public T Read<T>(ParseResult arguments, JsonObject json, Func<JsonElement, SpecResult<T>> read)
        where T : class
    {
        foreach (var assignment in arguments.GetValue(Option) ?? [])
        {
            if (assignment.Split('=', 2) is not [var path, var value])
            {
                throw new ArgumentException($"--set {assignment}: write it as field=value");
            }

            if (!fields.Any(field => field.Path == path || field.Path.StartsWith(path + '.', StringComparison.Ordinal)))
            {
                throw new ArgumentException($"--set {path}: there is no such field. Did you mean {fields.Nearest(path)}?");
            }

            if (Elsewhere.TryGetValue(path, out var remedy))
            {
                throw new ArgumentException($"--set {path}: {remedy}");
            }

            Put(json, path.Split('.'), value);
        }

        using var document = JsonDocument.Parse(json.ToJsonString());
        var result = read(document.RootElement);
        Refuse(result.Problems);
        return result.Spec!;
    }

    private static void Put(JsonObject target, string[] path, string value)
    {
        foreach (var name in path.SkipLast(1))
        {
            target[name] ??= new JsonObject();
            target = target[name] as JsonObject
                ?? throw new ArgumentException($"--set {string.Join('.', path)}: {name} is a value already");
        }

        target[path[^1]] = Parse(value);
    }

    /// <summary>Text that is not JSON is a word.</summary>
    private static JsonNode? Parse(string value)
    {
        try
        {
            return JsonNode.Parse(value);
        }
        catch (JsonException)
        {
            return JsonValue.Create(value);
        }
    }
}
