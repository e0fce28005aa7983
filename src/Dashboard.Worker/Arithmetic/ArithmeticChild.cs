using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Doctor;
using Dashboard.Worker.Serving;
using Dashboard.Worker.Verbs;

namespace Dashboard.Worker.Arithmetic;

/// <param name="Problem">What is wrong; null where all is right.</param>
/// <param name="Certain">Whether another check would find the same: not where the child was killed from outside.</param>
internal sealed record CheckOutcome(string? Problem, bool Certain);

/// <summary>Runs <see cref="ArithmeticCheck"/> in a child, which a wrong operation may end.</summary>
internal sealed class ArithmeticChild(bool cuda, Action<string>? progress)
{
    /// <summary>Has a child check all operations in one precision.</summary>
    /// <param name="onResult">Hears of each operation that is through.</param>
    public async Task<CheckOutcome> CheckAsync(
        Precision precision, string? instructions, bool libraryPointwise, Action<OperationResult>? onResult,
        CancellationToken stop)
    {
        progress?.Invoke(
            $"Checking {precision.ToString().ToLowerInvariant()}{(instructions is null ? "" : $" with {instructions}")} …");
        var environment = new Dictionary<string, string?> { [ArithmeticReport.Variable] = null };
        if (instructions is not null)
        {
            environment[ArithmeticReport.InstructionVariable] = instructions;
        }

        string[] arguments =
        [
            "doctor", "--check", precision.ToString(), .. cuda ? ["--cuda"] : Array.Empty<string>(),
            .. libraryPointwise ? [DoctorVerb.LibraryPointwise] : Array.Empty<string>(),
        ];
        await using var child = ChildProcess.Start(arguments, environment, background: false);
        OperationResult? begun = null;
        string? problem = null;
        await foreach (var line in child.Lines(stop))
        {
            if (JsonSerializer.Deserialize<OperationResult>(line, SpecJson.Options) is not { } result)
            {
                continue;
            }

            begun = result.Begins ? result : null;
            if (!result.Begins)
            {
                onResult?.Invoke(result);
                problem ??= result.IsRight ? null : result.ToString();
            }
        }

        var end = await child.Exited;
        if (end.Code == 0)
        {
            return new CheckOutcome(problem, Certain: true);
        }

        var failure = ChildFailure.Of(end);
        return new CheckOutcome(
            begun is null ? failure.Reason : $"{begun.Operation} in {precision.ToString().ToLowerInvariant()}: {failure.Reason}",
            failure.Final);
    }
}
