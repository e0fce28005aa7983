using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs.Curation;

namespace Dashboard.Web.Runs;

/// <summary>The body of <c>PATCH /api/runs/{id}</c>; what is left out stays as it is.</summary>
/// <param name="Notes">Markdown.</param>
/// <param name="Tags">In place of those that it has.</param>
public sealed record RunPatch(
    string? Name = null, string? Notes = null, IReadOnlyList<string>? Tags = null, bool? Pinned = null, bool? Archived = null)
{
    /// <summary>Reads field by field, so that each bad one is named.</summary>
    public static RunChange Read(JsonElement body, CurationLimits limits, List<FieldProblem> problems)
    {
        var change = new RunChange();
        if (body.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new("body", "Send an object with what changes, such as {\"name\": \"…\", \"tags\": [\"good\"]}."));
            return change;
        }

        foreach (var field in body.EnumerateObject())
        {
            var value = field.Value;
            switch (field.Name)
            {
                case "name":
                    change = change with { Name = Text(value) };
                    Add(RunText.CheckName(change.Name));
                    break;
                case "notes":
                    change = change with { Notes = Text(value) };
                    Add(RunText.CheckNotes(change.Notes, limits));
                    break;
                case "tags" when value.ValueKind == JsonValueKind.Array:
                    var tags = value.EnumerateArray().Select(Text).ToList();
                    change = change with { Tags = [.. tags.OfType<string>()] };
                    Add(RunText.CheckTags(tags, limits));
                    break;
                case "tags":
                    problems.Add(new("tags", "Give a list of words, such as [\"good\", \"paper\"]."));
                    break;
                case "pinned" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    change = change with { Pinned = value.GetBoolean() };
                    break;
                case "archived" when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    change = change with { Archived = value.GetBoolean() };
                    break;
                case "pinned" or "archived":
                    problems.Add(new(field.Name, "Give true or false."));
                    break;
                default:
                    problems.Add(new(
                        field.Name, "There is no such field. A run's name, notes, tags, pinned and archived can be changed."));
                    break;
            }
        }

        return change;

        void Add(FieldProblem? problem)
        {
            if (problem is not null)
            {
                problems.Add(problem);
            }
        }
    }

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
