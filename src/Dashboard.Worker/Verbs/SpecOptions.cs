using System.CommandLine;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Worker.Verbs;

/// <summary>A preset of training and what departs from it.</summary>
internal sealed class SpecOptions
{
    private readonly Option<string> preset = new("--preset")
    {
        Description = $"One of: {string.Join(", ", Presets.All.Select(preset => preset.Name))}.",
        DefaultValueFactory = _ => Presets.All[0].Name,
    };

    private readonly FieldOption fields = new("imageSize=32 --set optimizer.learningRate=1e-4", SpecFields.Training);

    public void AddTo(Command command)
    {
        command.Add(preset);
        command.Add(fields.Option);
    }

    /// <exception cref="ArgumentException">The spec is not valid; the message names each problem.</exception>
    public TrainingSpec Read(ParseResult arguments) => fields.Read(
        arguments, new JsonObject { ["preset"] = arguments.GetRequiredValue(preset), ["dataset"] = "local" },
        json => SpecReader.ReadTraining(json));
}
