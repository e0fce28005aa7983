using System.CommandLine;
using System.Globalization;
using Dashboard.Engine.Metrics;

namespace Dashboard.Worker.Verbs;

/// <summary><c>train-features</c>: trains the weights of the embedded feature extractor.</summary>
internal static class TrainFeaturesVerb
{
    public static Command Create()
    {
        var zip = new Argument<FileInfo>("cifar10")
        {
            Description = "CIFAR-10 as a zip of train/<class>/*.jpg and test/<class>/*.jpg.",
        };
        var output = new Option<FileInfo>("--output")
        {
            Description = "The safetensors file to write.",
            DefaultValueFactory = _ => new FileInfo("embedded-features.safetensors"),
        };
        var epochs = new Option<int>("--epochs")
        {
            Description = "Passes over the training split.", DefaultValueFactory = _ => 12,
        };
        var seed = new Option<long>("--seed")
        {
            Description = "Seed of the weights, the order and the augmentation.", DefaultValueFactory = _ => 1,
        };
        var overwrite = new OverwriteOption("name another --output");

        var command = new Command("train-features", "Trains the small CIFAR-10 classifier whose features the embedded KID uses.")
        {
            zip, output, epochs, seed, overwrite.Option,
        };
        command.SetAction((arguments, stop) => Terminal.TryAsync(() =>
        {
            var target = arguments.GetRequiredValue(output).FullName;
            overwrite.Check(arguments, target);
            return Terminal.ComputeAsync(() =>
            {
                var accuracy = FeatureTraining.Run(
                    arguments.GetRequiredValue(zip).FullName,
                    target,
                    arguments.GetRequiredValue(epochs),
                    arguments.GetRequiredValue(seed),
                    Console.WriteLine,
                    stop);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test accuracy {accuracy:P2}"));
            }, stop);
        }));
        return command;
    }
}
