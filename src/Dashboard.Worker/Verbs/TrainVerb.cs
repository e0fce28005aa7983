using System.CommandLine;
using System.Globalization;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Metrics;
using Dashboard.Engine.Training;

namespace Dashboard.Worker.Verbs;

/// <summary><c>train</c>: a training run in the terminal, without database or queue.</summary>
internal static class TrainVerb
{
    public static Command Create()
    {
        var source = new Argument<string?>("images")
        {
            Description = "A zip or a folder of images. If left out, drawn flowers; with --resume, the run's own images.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = new Option<DirectoryInfo>("--output")
        {
            Description = "The folder for checkpoints and samples.",
            DefaultValueFactory = _ => new DirectoryInfo("run"),
        };
        var resume = new Option<bool>("--resume")
        {
            Description = "Continue from the output folder's last checkpoint with the run's own spec. "
                + "Only epochs may be changed.",
        };
        var weights = new Option<DirectoryInfo?>("--weights") { Description = "The folder with InceptionV3's weights." };
        var overwrite = new OverwriteOption("name another --output");
        var spec = new SpecOptions();

        var command = new Command("train", "Trains on a zip or folder of images, without a database.")
        {
            source, output, resume, overwrite.Option, weights,
        };
        spec.AddTo(command);
        command.SetAction((arguments, stop) => Terminal.TryAsync(async () =>
        {
            var run = new LocalRun(arguments.GetRequiredValue(output).FullName);
            var features = arguments.GetValue(weights)?.FullName;
            var resumes = arguments.GetValue(resume);
            if (resumes && arguments.GetValue(overwrite.Option))
            {
                throw new ArgumentException("Give either --resume or --overwrite, not both.");
            }

            TrainingSpec wanted;
            LocalImages images;
            if (resumes)
            {
                var header = run.ReadLast();
                wanted = spec.ReadToResume(arguments, header.Spec);
                if (header.Position.Epoch >= wanted.Epochs)
                {
                    Console.WriteLine(
                        $"The run has ended: all of its {header.Position.Epoch} epochs are done. "
                            + "Give a higher number to go on, such as --set epochs="
                            + (header.Position.Epoch + 10).ToString(CultureInfo.InvariantCulture));
                    return;
                }

                images = await ImagesOfAsync(run, header.DatasetFingerprint, arguments.GetValue(source), wanted, stop);
            }
            else
            {
                wanted = spec.Read(arguments);
                run.RefuseToReplace(arguments, overwrite);
                images = await LocalImages.PrepareAsync(arguments.GetValue(source), run.Images, wanted.ImageSize, stop);
                var hasWeights = features is not null && File.Exists(Path.Combine(features, InceptionWeights.FileName));
                FieldOption.Refuse(TrainingRules.Check(wanted, images.Facts(), hasWeights));
            }

            using var held = run.Lock();
            using var pixels = images.Open(wanted.ImageSize, stop);
            if (!resumes)
            {
                // Once more under the lock: another process may have started a run there meanwhile.
                run.RefuseToReplace(arguments, overwrite);
                run.Clear();
                images.RemoveOthers();
            }

            await Terminal.ComputeAsync(
                () => Trainer.Run(
                    new TrainingJob
                    {
                        Spec = wanted,
                        Images = pixels,
                        CheckpointFolder = run.Folder,
                        ResumeFrom = resumes ? run.Last : null,
                        WeightsFolder = features,
                        // What a resumed run draws again was its own.
                        Report = new RunOutput(run.Samples, overwrite: true).Report,
                    },
                    stop),
                stop);
        }));
        return command;
    }

    /// <summary>The images that a run was trained on.</summary>
    /// <exception cref="InvalidDataException">They are not there, or the source holds others now.</exception>
    private static async Task<LocalImages> ImagesOfAsync(
        LocalRun run, string fingerprint, string? source, TrainingSpec spec, CancellationToken stop)
    {
        if (source is null)
        {
            return LocalImages.Find(run.Images, fingerprint)
                ?? throw new InvalidDataException(
                    $"{run.Images} does not hold the images that this run was trained on. Name their zip or folder.");
        }

        var images = await LocalImages.PrepareAsync(source, run.Images, spec.ImageSize, stop);
        return images.Fingerprint() == fingerprint
            ? images
            : throw new InvalidDataException(
                $"{source} does not hold the images that this run was trained on, or not any more. Leave it out to go on with "
                    + "the run's own, or start another run with another --output.");
    }
}
