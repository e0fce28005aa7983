using System.CommandLine;
using Dashboard.Formats;
using Dashboard.Storage.Artifacts;

namespace Dashboard.Worker.Verbs;

/// <summary><c>export</c>: the averaged weights of a checkpoint, for other programs.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var checkpoint = new Argument<FileInfo>("checkpoint") { Description = "A checkpoint of a training run." };
        var output = new Argument<FileInfo>("output")
        {
            Description = "The safetensors file to write.",
        };
        var overwrite = new OverwriteOption("name another file");
        var command = new Command("export", "Writes only the averaged weights, under the network's own names.")
        {
            checkpoint, output, overwrite.Option,
        };
        command.SetAction((arguments, stop) => Terminal.TryAsync(async () =>
        {
            var target = arguments.GetRequiredValue(output).FullName;
            if (target == arguments.GetRequiredValue(checkpoint).FullName)
            {
                throw new ArgumentException("The weights would replace the checkpoint itself. Name another file.");
            }

            overwrite.Check(arguments, target);
            await using var from = arguments.GetRequiredValue(checkpoint).OpenRead();
            var export = await PlanAsync(from, stop);
            var unfinished = $"{target}.{Guid.NewGuid():n}.tmp";
            try
            {
                await using (var to = File.Create(unfinished))
                {
                    await export.WriteAsync(from, to, stop);
                }

                File.Move(unfinished, target, arguments.GetValue(overwrite.Option));
            }
            finally
            {
                File.Delete(unfinished);
            }

            Console.WriteLine($"{target}: {export.Length:N0} bytes, SHA-256 {await FileHash.Sha256Async(target, stop)}");
        }));
        return command;
    }

    private static async Task<WeightsExport> PlanAsync(FileStream checkpoint, CancellationToken stop)
    {
        try
        {
            return await WeightsExport.PlanAsync(checkpoint, stop);
        }
        catch (InvalidDataException failure)
        {
            throw new InvalidDataException($"{Path.GetFileName(checkpoint.Name)} can't be exported: {failure.Message}.", failure);
        }
    }
}
