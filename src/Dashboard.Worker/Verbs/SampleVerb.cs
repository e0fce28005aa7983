using System.CommandLine;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Sampling;

namespace Dashboard.Worker.Verbs;

/// <summary><c>sample</c>: images from a checkpoint file, without a database.</summary>
internal static class SampleVerb
{
    public static Command Create()
    {
        var checkpoint = new Argument<FileInfo>("checkpoint") { Description = "A checkpoint of a training run." };
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = "Where the pictures go.",
            DefaultValueFactory = _ => new DirectoryInfo("samples"),
        };
        var evaluations = new Option<int>("--evaluations") { Description = "Network evaluations for each image.", DefaultValueFactory = _ => 20 };
        var eta = new Option<double>("--eta") { Description = "0 deterministic, 1 as much fresh noise as the ancestral sampler." };
        var first = new Option<long>("--first-seed") { Description = "The first image's seed.", DefaultValueFactory = _ => 1 };
        var count = new Option<int>("--count") { Description = "How many images.", DefaultValueFactory = _ => 16 };
        var frames = new Option<int>("--frames") { Description = "Intermediate frames of each image." };

        var command = new Command("sample", "Draws images from a checkpoint file, without a database.")
        {
            checkpoint, output, evaluations, eta, first, count, frames,
        };
        command.SetAction((arguments, stop) => TrainingThread.Run(() =>
        {
            NativeMemory.KeepFreedPages();
            using var sampler = new CheckpointSampler();
            sampler.Draw(
                new SamplingSpec
                {
                    Evaluations = arguments.GetRequiredValue(evaluations),
                    Eta = arguments.GetValue(eta),
                    Seeds = new SeedRange { First = arguments.GetRequiredValue(first), Count = arguments.GetRequiredValue(count) },
                    Frames = arguments.GetValue(frames),
                },
                arguments.GetRequiredValue(checkpoint).FullName,
                picture: null,
                new RunOutput(arguments.GetRequiredValue(output).FullName).Report,
                stop);
        }));
        return command;
    }
}
