using System.CommandLine;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;

namespace Dashboard.Worker.Verbs;

/// <summary>A preset of training and what departs from it.</summary>
internal sealed class SpecOptions
{
    private const string Epochs = "epochs";

    private readonly Option<string> preset = new("--preset")
    {
        Description = $"One of: {string.Join(", ", Presets.All.Select(preset => preset.Name))}.",
        DefaultValueFactory = _ => Presets.All[0].Name,
    };

    private readonly FieldOption fields = new("imageSize=32 --set optimizer.learningRate=1e-4", SpecFields.Training)
    {
        Elsewhere = new Dictionary<string, string>
        {
            ["preset"] = "Give it with --preset.",
            ["dataset"] = "Name the zip or folder of images before the options.",
            ["continueFrom"] = "It names a checkpoint of the dashboard's; the terminal has none. Leave it out.",
        },
    };

    public void AddTo(Command command)
    {
        command.Add(preset);
        command.Add(fields.Option);
    }

    /// <exception cref="ArgumentException">The spec is not valid; the message names each problem.</exception>
    public TrainingSpec Read(ParseResult arguments) => fields.Read(
        arguments, new JsonObject { ["preset"] = arguments.GetRequiredValue(preset), ["dataset"] = "local" },
        json => SpecReader.ReadTraining(json));

    /// <summary>The spec of a run that is resumed: its own, only that it may train longer.</summary>
    /// <exception cref="ArgumentException">Another field is given with another value; the message names each.</exception>
    public TrainingSpec ReadToResume(ParseResult arguments, TrainingSpec own)
    {
        var wanted = fields.Read(arguments, [], given => SpecReader.ParseDeparture(own, given));
        var (before, after) = (SpecJson.ToObject(own), SpecJson.ToObject(wanted));
        var others = SpecFields.Training
            .Where(field => field.Path != Epochs && SpecFields.Text(before, field.Path) != SpecFields.Text(after, field.Path))
            .Select(field => $"{field.Path} ({Shown(before, field)}, not {Shown(after, field)})").ToList();
        if (arguments.GetResult(preset) is { Implicit: false } && arguments.GetValue(preset) != own.Preset)
        {
            others.Insert(0, $"preset ({own.Preset}, not {arguments.GetValue(preset)})");
        }

        if (others.Count > 0)
        {
            throw new ArgumentException(
                $"--resume goes on with the run's own spec, which has other values: {string.Join(", ", others)}. Leave them out, "
                    + "or start another run with another --output.");
        }

        if (wanted.Epochs != own.Epochs && own.Optimizer.LearningRateSchedule != LearningRateSchedule.Constant)
        {
            throw new ArgumentException(
                $"{Epochs}: The run's learning rate falls to 0 at its end, after {own.Epochs} epochs, so its length "
                    + "can't change. "
                    + "Leave epochs out.");
        }

        FieldOption.Refuse([.. TrainingRules.Check(wanted).Where(problem => problem.Field == Epochs)]);
        return wanted;
    }

    private static string Shown(JsonObject spec, SpecField field) =>
        SpecFields.Text(spec, field.Path) is { Length: > 0 } text ? text : "none";
}
