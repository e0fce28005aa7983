using System.CommandLine;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Sampling;

namespace Dashboard.Worker.Verbs;

/// <summary><c>sample</c>: images from a checkpoint file, without a database.</summary>
internal static class SampleVerb
{
    public static Command Create()
    {
        var checkpoint = new Argument<FileInfo>("checkpoint")
        {
            Description = "A checkpoint of a training run, or weights exported from one.",
        };
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = "Folder for the images.",
            DefaultValueFactory = _ => new DirectoryInfo("samples"),
        };
        var picture = new Option<FileInfo?>("--picture") { Description = "The PNG to inpaint, with --set inpaint.left=…" };
        var fields = new FieldOption("sampler=unipc --set evaluations=10 --set seeds.count=16", SpecFields.Sampling);

        var command = new Command("sample", "Draws images from a checkpoint file, without a database.")
        {
            checkpoint, output, picture, fields.Option,
        };
        command.SetAction((arguments, stop) => Terminal.TryAsync(() => Terminal.ComputeAsync(() =>
        {
            var json = new JsonObject { ["frames"] = 0 };
            var redraw = arguments.GetValue(picture);
            if (redraw is not null)
            {
                json["inpaint"] = new JsonObject { ["image"] = redraw.Name };
            }

            var path = arguments.GetRequiredValue(checkpoint).FullName;
            var trained = CheckpointHeader.Read(path).Spec.Schedule;
            var spec = fields.Read(arguments, json, given => SpecReader.ReadSampling(given, fromFile: true)
                .Check(drawn => SamplingRules.CheckAgainst(trained, drawn)));
            using var sampler = new CheckpointSampler();
            sampler.Draw(
                spec,
                path,
                redraw is null ? null : File.ReadAllBytes(redraw.FullName),
                new RunOutput(arguments.GetRequiredValue(output).FullName).Report,
                stop);
        }, stop)));
        return command;
    }
}
