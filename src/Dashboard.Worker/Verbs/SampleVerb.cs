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
        var fields = new FieldOption("sampler=unipc --set evaluations=10 --set seeds.count=16", SpecFields.Sampling)
        {
            Elsewhere = new Dictionary<string, string>
            {
                ["checkpoint"] = "Name the checkpoint's file before the options.",
                ["run"] = "Name the checkpoint's file before the options.",
                ["inpaint.image"] = "Name the picture with --picture.",
            },
        };
        var overwrite = new OverwriteOption("name another --output");

        var command = new Command("sample", "Draws images from a checkpoint file, without a database.")
        {
            checkpoint, output, picture, overwrite.Option, fields.Option,
        };
        command.SetAction((arguments, stop) => Terminal.TryAsync(() =>
        {
            var json = new JsonObject { ["frames"] = 0 };
            var redraw = arguments.GetValue(picture);
            if (redraw is not null)
            {
                json["inpaint"] = new JsonObject { ["image"] = redraw.Name };
            }

            var spec = fields.Read(arguments, json, given => SpecReader.ReadSampling(given, fromFile: true));
            if (spec.Inpaint is not null && redraw is null)
            {
                throw new ArgumentException("inpaint.image: Name the picture with --picture.");
            }

            var pixels = redraw is null ? null : File.ReadAllBytes(redraw.FullName);
            var (path, folder) = (arguments.GetRequiredValue(checkpoint).FullName, arguments.GetRequiredValue(output).FullName);
            var header = CheckpointHeader.Read(path);
            FieldOption.Refuse(SamplingRules.CheckAgainst(header.Spec.Schedule, spec));
            RefuseToReplace(arguments, overwrite, folder, header.Position.Clock.Epoch, spec);
            return Terminal.ComputeAsync(() =>
            {
                using var sampler = new CheckpointSampler();
                sampler.Draw(spec, path, pixels, new RunOutput(folder, arguments.GetValue(overwrite.Option)).Report, stop);
            }, stop);
        }));
        return command;
    }

    private static void RefuseToReplace(
        ParseResult arguments, OverwriteOption overwrite, string folder, int epoch, SamplingSpec spec)
    {
        if (File.Exists(folder))
        {
            throw new IOException($"{folder} is a file: --output names a folder.");
        }

        var seeds = spec.Slerp is { } way
            ? [way.From]
            : Enumerable.Range(0, spec.Seeds.Count).Select(i => spec.Seeds.First + i).ToHashSet();
        if (RunOutput.FindPicture(folder, epoch, seeds) is { } found)
        {
            overwrite.RefuseUnlessGiven(arguments, $"{found} exists already.");
        }
    }
}
