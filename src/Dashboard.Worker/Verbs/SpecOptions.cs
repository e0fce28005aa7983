using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Worker.Verbs;

/// <summary>A preset and what departs from it, as the API would take it: <c>--set batchSize=64 --set network.widths=[32,64]</c>.</summary>
internal sealed class SpecOptions
{
    private readonly Option<string> preset = new("--preset")
    {
        Description = $"One of: {string.Join(", ", Presets.All.Select(preset => preset.Name))}.",
        DefaultValueFactory = _ => Presets.All[0].Name,
    };

    private readonly Option<string[]> set = new("--set")
    {
        Description = "A field of the training spec by its path, and its value: --set imageSize=32 --set optimizer.learningRate=1e-4",
        AllowMultipleArgumentsPerToken = true,
    };

    public void AddTo(Command command)
    {
        command.Add(preset);
        command.Add(set);
    }

    /// <exception cref="ArgumentException">The options make no usable spec; the message names each problem.</exception>
    public TrainingSpec Read(ParseResult arguments)
    {
        var json = new JsonObject { ["preset"] = arguments.GetRequiredValue(preset), ["dataset"] = "local" };
        foreach (var assignment in arguments.GetValue(set) ?? [])
        {
            if (assignment.Split('=', 2) is not [var path, var value])
            {
                throw new ArgumentException($"--set {assignment}: write it as field=value");
            }

            Put(json, path.Split('.'), value);
        }

        using var document = JsonDocument.Parse(json.ToJsonString());
        var read = SpecReader.ReadTraining(document.RootElement);
        return read.Spec
            ?? throw new ArgumentException(string.Join(Environment.NewLine, read.Problems.Select(problem => $"{problem.Field}: {problem.Message}")));
    }

    private static void Put(JsonObject target, string[] path, string value)
    {
        foreach (var name in path.SkipLast(1))
        {
            target[name] ??= new JsonObject();
            target = target[name] as JsonObject ?? throw new ArgumentException($"--set {string.Join('.', path)}: {name} is a value already");
        }

        target[path[^1]] = Parse(value);
    }

    /// <summary>What is no JSON is a word.</summary>
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
