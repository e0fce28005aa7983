using System.CommandLine;
using System.Globalization;
using Dashboard.Engine.Benchmarks;
using Dashboard.Engine.Data;
using Dashboard.Engine.Training;

namespace Dashboard.Worker.Verbs;

/// <summary><c>bench</c>: how fast this machine trains and samples, with the code that runs use.</summary>
internal static class BenchVerb
{
    private const int FirstSteps = 100;

    public static Command Create()
    {
        var source = new Argument<string?>("images")
        {
            Description = "A zip or a folder of images; drawn flowers if left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var work = new Option<DirectoryInfo>("--work")
        {
            Description = "Where the images are packed; kept for the next time.",
            DefaultValueFactory = _ => new DirectoryInfo(LocalImages.DefaultWorkFolder("bench")),
        };
        var steps = new Option<int>("--steps")
        {
            Description = "Training steps to time; 0 for none.", DefaultValueFactory = _ => 12,
        };
        var draws = new Option<int>("--draws")
        {
            Description = "Batches of images to draw and time; 0 for none.", DefaultValueFactory = _ => 3,
        };
        var evaluations = new Option<int>("--evaluations")
        {
            Description = "Sampling steps per image.", DefaultValueFactory = _ => 20,
        };
        var phases = new Option<int>("--phases")
        {
            Description = "Trains this many steps and prints where their time goes, compared with the device's peak.",
        };
        var lossSteps = new Option<int>("--loss-steps")
        {
            Description = "Trains this many steps and prints the losses of the last quarter.",
        };
        var memorySteps = new Option<int>("--memory-steps")
        {
            Description = "Trains this many steps and prints how much memory grew since the first hundred.",
        };
        var decode = new Option<bool>("--decode")
        {
            Description = "Times how fast images are imported, and how fast they are decoded, cropped and resized.",
        };
        var export = new Option<FileInfo?>("--export-pixels")
        {
            Description = "Writes the training images as raw RGB bytes for another program.",
        };
        var overwrite = new OverwriteOption("name another file");
        var spec = new SpecOptions();

        var command = new Command("bench", "Prints images per second for training and sampling.")
        {
            source, work, steps, draws, evaluations, phases, lossSteps, memorySteps, decode, export, overwrite.Option,
        };
        spec.AddTo(command);
        command.SetAction((arguments, stop) => Terminal.TryAsync(async () =>
        {
            var wanted = spec.Read(arguments);
            var pixels = arguments.GetValue(export)?.FullName;
            if (pixels is not null)
            {
                overwrite.Check(arguments, pixels);
            }

            var (from, folder) = (arguments.GetValue(source), arguments.GetRequiredValue(work).FullName);
            var pack = await LocalImages.PrepareAsync(from, folder, wanted.ImageSize, stop);
            if (arguments.GetValue(decode))
            {
                var (imported, importing) = await LocalImages.TimeImportAsync(from, folder, wanted.ImageSize, stop);
                Print("import", importing.TotalMilliseconds, imported);
                var (count, time) = pack.TimeDecoding(wanted.ImageSize, stop);
                Print("decode", time.TotalMilliseconds, count);
            }

            using var images = pack.Open(wanted.ImageSize, stop);
            if (pixels is not null)
            {
                Export(images, pixels);
            }

            await Terminal.ComputeAsync(() =>
            {
                using var throughput = new Throughput(new TrainingJob
                {
                    Spec = wanted, Images = images, CheckpointFolder = "", Report = _ => { },
                });
                Console.WriteLine(throughput.Description);
                if (arguments.GetRequiredValue(steps) is > 0 and var timedSteps)
                {
                    Print("train", throughput.Training(warmUp: 3, timedSteps), throughput.ImagesPerStep);
                }

                if (arguments.GetRequiredValue(draws) is > 0 and var timedDraws)
                {
                    var count = arguments.GetRequiredValue(evaluations);
                    Print("sample", throughput.Drawing(wanted.BatchSize, count, warmUp: 1, timedDraws), wanted.BatchSize);
                }

                if (arguments.GetValue(phases) is > 0 and var phased)
                {
                    PrintPhases(throughput, phased);
                }

                if (arguments.GetValue(memorySteps) is > 0 and var remembered)
                {
                    var (first, last) = throughput.MemoryGrowth(FirstSteps, remembered);
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"memory {first:F0} MiB after {FirstSteps} steps, {last:F0} MiB after {remembered} more"));
                }

                if (arguments.GetValue(lossSteps) is > 0 and var trained)
                {
                    var losses = throughput.Losses(trained, trained / 4);
                    var digits = losses.Select(loss => loss.ToString("F5", CultureInfo.InvariantCulture));
                    Console.WriteLine("losses " + string.Join(' ', digits));
                }
            }, stop);
        }));
        return command;
    }

    private static void Print(string what, double milliseconds, int images) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what} {milliseconds:F1} ms for {images} images, {images * 1000 / milliseconds:F1} images/s"));

    private static void PrintPhases(Throughput throughput, int steps)
    {
        var phases = throughput.Phases(warmUp: 3, steps);
        var whole = phases.Sum(phase => phase.Milliseconds);
        foreach (var (phase, milliseconds) in phases)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"phase {phase} {milliseconds:F1} ms, {milliseconds / whole:P1}"));
        }

        var (rate, peak) = (throughput.MultiplyAddsOfStep * 1000 / whole, throughput.MatrixRate());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"arithmetic {throughput.MultiplyAddsOfStep:F0} billion multiply-adds per step, {rate:F0} billion per second; "
            + $"large matrix products alone reach {peak:F0}: {rate / peak:P0}"));
    }

    private static void Export(ImageCache images, string path)
    {
        using var file = File.Create(path);
        foreach (var index in images.Training)
        {
            file.Write(images.Image(index));
        }
    }
}
