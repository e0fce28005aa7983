using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.Runs;

/// <summary>The body of <c>POST /api/runs</c>.</summary>
/// <param name="Spec">A training or sampling spec; a preset fills what is left out.</param>
public sealed record SubmitRun(RunKind Kind, string? Name, JsonElement Spec)
{
    /// <summary>Reads field by field, so that each bad one is named; null when there are problems.</summary>
    public static SubmitRun? Read(JsonElement body, List<FieldProblem> problems)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new("body", "Send an object: {\"kind\": \"training\", \"name\": \"…\", \"spec\": {…}}."));
            return null;
        }

        RunKind? kind = null;
        string? name = null;
        JsonElement? spec = null;
        foreach (var field in body.EnumerateObject())
        {
            switch (field.Name)
            {
                case "kind" when field.Value.ValueKind == JsonValueKind.String:
                    kind = field.Value.GetString() switch
                    {
                        "training" => RunKind.Training,
                        "sampling" => RunKind.Sampling,
                        _ => null,
                    };
                    break;
                case "kind":
                    break;
                case "name" when field.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null:
                    name = field.Value.GetString();
                    break;
                case "name":
                    problems.Add(new("name", "Give a text."));
                    break;
                case "spec":
                    spec = field.Value;
                    break;
                default:
                    problems.Add(new(field.Name, "There is no such field. A request has kind, name and spec."));
                    break;
            }
        }

        if (kind is null)
        {
            problems.Add(new("kind", "Give \"training\" or \"sampling\"."));
        }

        if (spec is not { ValueKind: JsonValueKind.Object })
        {
            problems.Add(new(
                "spec",
                "Give the run's spec as an object, for example {\"preset\": \"ddim-keras\", \"dataset\": \"roses\"}."));
        }

        return problems.Count == 0 ? new(kind!.Value, name, spec!.Value) : null;
    }
}

/// <summary>The id of a run that now waits.</summary>
public sealed record RunCreated(long Id)
{
    /// <summary>What does not keep the run from being done, but is worth knowing.</summary>
    public IReadOnlyList<FieldProblem> Warnings { get; init; } = [];
}

/// <param name="Name">Left out: the old one's.</param>
public sealed record CloneRequest(string? Name);

/// <summary>Names one of the two.</summary>
/// <param name="To">"top".</param>
public sealed record MoveRequest(long? Before, string? To);
