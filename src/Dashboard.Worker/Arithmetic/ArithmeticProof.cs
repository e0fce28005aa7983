using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Devices;

namespace Dashboard.Worker.Arithmetic;

/// <summary>
/// Finds out, in children, in which precisions this machine computes correctly, and with which instructions: the first, fastest
/// set under which all precisions are right; else the first under which fp32 is, without what is wrong there.
/// </summary>
/// <param name="check">Checks one precision with one set of instructions.</param>
internal sealed class ArithmeticProof(bool cuda, Func<Precision, string?, CancellationToken, Task<CheckOutcome>> check)
{
    /// <summary>oneDNN's words, the fastest first; null for all that the processor has.</summary>
    private static readonly IReadOnlyList<string?> InstructionSets = [null, "AVX512_CORE_BF16", "AVX512_CORE", "AVX2"];

    /// <summary>Those that a device computes in.</summary>
    public static IReadOnlyList<Precision> Precisions(bool cuda) =>
        cuda ? [Precision.Fp32, Precision.Tf32, Precision.Bf16] : [Precision.Fp32, Precision.Bf16];

    /// <summary>The report of this machine and program: from the cache, or found now and kept there.</summary>
    public static async Task<ArithmeticReport> GetAsync(bool cuda, Action<string>? progress, CancellationToken stop)
    {
        var cache = ArithmeticCache.OfThisMachine(cuda);
        if (cache.Read() is { } known)
        {
            return known;
        }

        var child = new ArithmeticChild(cuda, progress);
        var (report, certain) = await new ArithmeticProof(cuda, (precision, instructions, token) =>
            child.CheckAsync(precision, instructions, libraryPointwise: false, onResult: null, token)).FindAsync(stop);
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
        var sets = cuda || Environment.GetEnvironmentVariable(ArithmeticReport.InstructionVariable) is not null
            ? [null]
            : InstructionSets;
        var (findings, certain) = (new List<string>(), true);
        ArithmeticReport? usable = null;
        foreach (var instructions in sets)
        {
            var verdicts = new List<PrecisionVerdict>();
            foreach (var precision in Precisions(cuda))
            {
                var outcome = await check(precision, instructions, stop);
                certain &= outcome.Certain;
                verdicts.Add(outcome.Certain
                    ? new PrecisionVerdict(precision, outcome.Problem)
                    : new PrecisionVerdict(precision, Problem: null) { Unchecked = outcome.Problem });
            }

            var report = new ArithmeticReport { Instructions = instructions, Verdicts = verdicts, Findings = [.. findings] };
            if (verdicts.All(verdict => verdict.Problem is null))
            {
                return (report, certain);
            }

            usable = usable is null || (usable.Problem(Precision.Fp32) is not null && report.Problem(Precision.Fp32) is null)
                ? report
                : usable;
            findings.AddRange(verdicts.Select(verdict => verdict.Problem).OfType<string>());
        }

        return (usable!, certain);
    }
}
