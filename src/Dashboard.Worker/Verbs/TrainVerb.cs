using System.CommandLine;
using Dashboard.Engine.Training;
using Dashboard.Formats;

namespace Dashboard.Worker.Verbs;

/// <summary><c>train</c>: a training run in the terminal, without database or queue.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var source = new Argument<string?>("images")
        {
            Description = "A zip or a folder of images; drawn flowers if left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = "The folder for checkpoints and samples.",
            DefaultValueFactory = _ => new DirectoryInfo("run"),
        };
        var resume = new Option<bool>("--resume") { Description = "Continue from the output folder's last checkpoint." };
        var spec = new SpecOptions();

        var command = new Command("train", "Trains on a zip or folder of images, without a database.") { source, output, resume };
        spec.AddTo(command);
        command.SetAction((arguments, stop) => Terminal.TryAsync(async () =>
        {
            var wanted = spec.Read(arguments);
            var folder = arguments.GetRequiredValue(output).FullName;
            using var images = await LocalImages.OpenAsync(
                arguments.GetValue(source), Path.Combine(folder, "images"), wanted.ImageSize, stop);
            var last = Path.Combine(folder, ArtifactNames.LastCheckpoint);
            await Terminal.ComputeAsync(() =>
            {
                Trainer.Run(
                    new TrainingJob
                    {
                        Spec = wanted,
                        Images = images,
                        CheckpointFolder = folder,
                        ResumeFrom = arguments.GetValue(resume) && File.Exists(last) ? last : null,
                        Report = new RunOutput(Path.Combine(folder, "samples")).Report,
                    },
                    stop);
            }, stop);
        }));
        return command;
    }
}
