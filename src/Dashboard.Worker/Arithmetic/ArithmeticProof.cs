using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Doctor;
using Dashboard.Worker.Serving;
using Dashboard.Worker.Verbs;

namespace Dashboard.Worker.Arithmetic;

/// <summary>
/// Finds out, in children, in which precisions this machine computes rightly, and with which instructions: the first, fastest set
/// under which all precisions are right; else the first under which fp32 is, without what is wrong there.
/// </summary>
internal sealed class ArithmeticProof(bool cuda, Action<string>? progress = null)
{
    /// <summary>oneDNN's words, the fastest first; null for all that the processor has.</summary>
    private static readonly IReadOnlyList<string?> InstructionSets = [null, "AVX512_CORE_BF16", "AVX512_CORE", "AVX2"];

    private readonly IReadOnlyList<Precision> precisions =
        cuda ? [Precision.Fp32, Precision.Tf32, Precision.Bf16] : [Precision.Fp32, Precision.Bf16];

    /// <summary>The report of this machine and program: from the cache, or found now and kept there.</summary>
    public static async Task<ArithmeticReport> GetAsync(bool cuda, Action<string>? progress, CancellationToken stop)
    {
        var cache = ArithmeticCache.OfThisMachine(cuda);
        if (cache.Read() is { } known)
        {
            return known;
        }

        var (report, certain) = await new ArithmeticProof(cuda, progress).FindAsync(stop);
        if (certain)
        {
            cache.Write(report);
        }

        return report;
    }

    /// <returns>The report, and whether another check would find the same: not where a child was killed from outside.</returns>
    public async Task<(ArithmeticReport Report, bool Certain)> FindAsync(CancellationToken stop)
    {
        // What a person has set is neither widened nor narrowed.
        var sets = cuda || Environment.GetEnvironmentVariable(ArithmeticReport.InstructionVariable) is not null ? [null] : InstructionSets;
        var (findings, certain) = (new List<string>(), true);
        ArithmeticReport? usable = null;
        foreach (var instructions in sets)
        {
            var verdicts = new List<PrecisionVerdict>();
            foreach (var precision in precisions)
            {
                var check = await CheckAsync(precision, instructions, libraryPointwise: false, onResult: null, stop);
                certain &= check.Certain;
                verdicts.Add(new PrecisionVerdict(precision, check.Certain ? check.Problem : null));
            }

            var report = new ArithmeticReport { Instructions = instructions, Verdicts = verdicts, Findings = [.. findings] };
            if (verdicts.All(verdict => verdict.Problem is null))
            {
                return (report, certain);
            }

            usable = usable is null || (usable.Problem(Precision.Fp32) is not null && report.Problem(Precision.Fp32) is null) ? report : usable;
            findings.AddRange(verdicts.Select(verdict => verdict.Problem).OfType<string>());
        }

        return (usable!, certain);
    }

    /// <summary>Has a child check all operations in one precision.</summary>
    /// <param name="onResult">Hears of each operation that is through.</param>
    /// <returns>What is wrong; null where all is right.</returns>
    public async Task<(string? Problem, bool Certain)> CheckAsync(
        Precision precision, string? instructions, bool libraryPointwise, Action<OperationResult>? onResult, CancellationToken stop)
    {
        progress?.Invoke($"Checking {precision.ToString().ToLowerInvariant()}{(instructions is null ? "" : $" with {instructions}")} …");
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
            return (problem, true);
        }

        var failure = ChildFailure.Of(end);
        return (begun is null ? failure.Reason : $"{begun.Operation} in {precision.ToString().ToLowerInvariant()}: {failure.Reason}", failure.Final);
    }
}
