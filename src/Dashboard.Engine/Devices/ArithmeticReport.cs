using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Engine.Devices;

/// <summary>
/// What the check of this machine's arithmetic found. The process that checked hands it to the processes that compute, in their
/// environment.
/// </summary>
public sealed record ArithmeticReport
{
    /// <summary>Environment variable that holds the report as JSON; none means that nothing was checked.</summary>
    public const string Variable = "DASHBOARD_ARITHMETIC";

    /// <summary>oneDNN's variable for the instructions that it may use; it reads it once, at its start.</summary>
    public const string InstructionVariable = "ONEDNN_MAX_CPU_ISA";

    /// <summary>Value of <see cref="InstructionVariable"/> under which the verdicts hold; null for all instructions.</summary>
    public string? Instructions { get; init; }

    public required IReadOnlyList<PrecisionVerdict> Verdicts { get; init; }

    /// <summary>What was wrong with more instructions, a line each; empty where everything was right at once.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>For a page: what is right, and what is slower or refused because of what was found.</summary>
    public string Summary
    {
        get
        {
            var right = string.Join(
                ", ",
                Verdicts.Where(verdict => verdict is { Problem: null, Unchecked: null })
                    .Select(verdict => Name(verdict.Precision)));
            var wrong = Verdicts.Where(verdict => verdict.Problem is not null)
                .Select(verdict => $"; {Name(verdict.Precision)} refused: {verdict.Problem}");
            var open = Verdicts.Where(verdict => verdict.Unchecked is not null)
                .Select(verdict => $"; {Name(verdict.Precision)} not checked: {verdict.Unchecked}");
            var slower = Instructions is null
                ? ""
                : $" on the slower {Instructions} instructions, because {string.Join("; ", Findings)}";
            return $"{(right.Length == 0 ? "nothing" : right)} checked{slower}{string.Concat(wrong)}{string.Concat(open)}";
        }
    }

    public static ArithmeticReport? FromEnvironment() => Parse(Environment.GetEnvironmentVariable(Variable));

    /// <returns>Null for no text and for one of another version of this program.</returns>
    public static ArithmeticReport? Parse(string? json)
    {
        try
        {
            return string.IsNullOrEmpty(json) ? null : JsonSerializer.Deserialize<ArithmeticReport>(json, SpecJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What a process that computes needs in its environment.</summary>
    public IReadOnlyDictionary<string, string?> ToEnvironment()
    {
        var variables = new Dictionary<string, string?> { [Variable] = ToJson() };
        if (Instructions is not null)
        {
            variables[InstructionVariable] = Instructions;
        }

        return variables;
    }

    public string ToJson() => JsonSerializer.Serialize(this, SpecJson.Options);

    /// <returns>Why the precision can't be used on this machine; null where it can, or was not checked.</returns>
    public string? Problem(Precision precision) => Verdicts.FirstOrDefault(verdict => verdict.Precision == precision)?.Problem;

    private static string Name(Precision precision) => precision.ToString().ToLowerInvariant();
}

/// <param name="Problem">The operation that is wrong and how; null where all are right.</param>
public sealed record PrecisionVerdict(Precision Precision, string? Problem)
{
    /// <summary>Why the check did not finish; null where it did. Such a precision is used as if there were no check.</summary>
    public string? Unchecked { get; init; }
}
