using System.CommandLine;
using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Doctor;
using Dashboard.Worker.Arithmetic;

namespace Dashboard.Worker.Verbs;

/// <summary><c>doctor</c>: checks this machine's arithmetic and prints what it finds.</summary>
internal static class DoctorVerb
{
    public const string LibraryPointwise = "--library-pointwise";

    public static Command Create()
    {
        var check = new Option<Precision?>("--check")
        {
            Description = "Check one precision in this process; one line of JSON per operation.",
            Hidden = true,
        };
        var cuda = new Option<bool>("--cuda") { Description = "Check the GPU instead of the processor." };
        var all = new Option<bool>("--all") { Description = "Print every operation with its error." };
        var pointwise = new Option<bool>(LibraryPointwise)
        {
            Description = "Also check the tensor library's own 1×1 convolutions, which no network here uses.",
        };
        var command = new Command("doctor", "Checks that this machine computes correctly, each operation in each precision.")
        {
            check, cuda, all, pointwise,
        };
        command.SetAction((arguments, stop) => Terminal.TryAsync(() => arguments.GetValue(check) is { } precision
            ? TorchThread.RunOnceAsync(() =>
            {
                NativeMemory.KeepFreedPages();
                ArithmeticCheck.Run(precision, arguments.GetValue(cuda), arguments.GetValue(pointwise), Print);
            })
            : ExamineAsync(arguments.GetValue(cuda), arguments.GetValue(all), arguments.GetValue(pointwise), stop)));
        return command;
    }

    private static async Task ExamineAsync(bool cuda, bool all, bool pointwise, CancellationToken stop)
    {
        var child = new ArithmeticChild(cuda, Console.WriteLine);
        if (pointwise)
        {
            foreach (var precision in ArithmeticProof.Precisions(cuda))
            {
                var outcome = await child.CheckAsync(precision, instructions: null, libraryPointwise: true, Tell, stop);
                Console.WriteLine(outcome.Problem is null ? "  right" : $"  WRONG  {outcome.Problem}");
            }
        }

        var proof = new ArithmeticProof(cuda, (precision, instructions, token) =>
            child.CheckAsync(precision, instructions, libraryPointwise: false, Tell, token));
        var (report, _) = await proof.FindAsync(stop);
        Console.WriteLine(report.Summary);

        void Tell(OperationResult result)
        {
            if (all || !result.IsRight)
            {
                Console.WriteLine($"  {(result.IsRight ? "right" : "WRONG")}  {result}");
            }
        }
    }

    /// <summary>Flushed at once, for the next operation may end the process.</summary>
    private static void Print(OperationResult result)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(result, SpecJson.Options).ReplaceLineEndings(" "));
        Console.Out.Flush();
    }
}
