using System.Text.RegularExpressions;

namespace Dashboard.Worker.Serving;

/// <summary>What a child's death means for its run, in sentences for a person.</summary>
/// <param name="Final">True when the same would happen again: the run fails instead of going on from its last checkpoint.</param>
/// <param name="Remedy">What a person can do; null where nothing is known.</param>
internal sealed partial record ChildFailure(string Reason, bool Final, string? Remedy = null)
{
    private const int Killed = 9;

    private const string TryDoctor = "Some operation does not work on this processor: "
        + "run \"doctor\" on this worker's machine, or retry the run on another worker.";

    /// <summary>Signals that native code brings upon itself, and would again.</summary>
    private static readonly Dictionary<int, (string Name, string Meaning, string Remedy)> NativeSignals = new()
    {
        [4] = ("SIGILL", "an instruction that this processor does not have", TryDoctor),
        [6] = ("SIGABRT", "the program or a native library gave up",
            "If the reason is not clear, see the worker's log, or run \"doctor\" on its machine."),
        [7] = ("SIGBUS", "memory or a mapped file that could not be read",
            "Check that the worker's disk is not full and that nothing changed the data set's files, then retry the run."),
        [8] = ("SIGFPE", "division by zero in native code", TryDoctor),
        [11] = ("SIGSEGV", "invalid memory access in native code",
            "Run \"doctor\" on this worker's machine. If it finds nothing, retry the run."),
        [31] = ("SIGSYS", "a system call that this machine forbids",
            "Allow it in the security profile of the worker's container, or retry the run on another worker."),
    };

    /// <summary>The last lines that the process wrote; null where it wrote none.</summary>
    public string? Detail { get; private init; }

    /// <summary>Reason and remedy.</summary>
    public string Message => Remedy is null ? Reason : $"{Reason} {Remedy}";

    public static ChildFailure Of(ChildEnd end) => ReasonOf(end) with
    {
        Detail = end.LastLines.Count == 0 ? null : string.Join(Environment.NewLine, end.LastLines),
    };

    private static ChildFailure ReasonOf(ChildEnd end)
    {
        // .NET reports signal n as code 128 + n.
        var signal = end.Code > 128 ? end.Code - 128 : 0;
        var said = end.LastLines
            .Where(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal)).ToList();
        var telling = Trimmed(
            said.FindLast(line => line.Contains("what():", StringComparison.Ordinal))
            ?? said.FindLast(line => TellingWords().IsMatch(line)));
        var words = telling ?? Trimmed(said.LastOrDefault());
        if ((signal == Killed && end.KilledForMemory) || (end.Code != 0 && words is not null && MemoryWords().IsMatch(words)))
        {
            return new ChildFailure(
                $"Out of memory{(words is null ? "" : $" ({words})")}.",
                Final: true,
                "Choose a smaller batch, image size or network, or a machine with more memory.");
        }

        if (NativeSignals.TryGetValue(signal, out var native))
        {
            var what = $"The process was ended by {native.Name} ({native.Meaning})";
            return new ChildFailure(Sentence(what, telling), Final: true, native.Remedy);
        }

        return new ChildFailure(
            signal switch
            {
                Killed => "The process was killed (SIGKILL), possibly because the machine ran out of memory.",
                > 0 => $"The process was ended by signal {signal}.",
                _ => Sentence($"The process ended with code {end.Code}", words),
            },
            Final: false);
    }

    private static string Sentence(string what, string? words) =>
        words is null ? $"{what}." : $"{what}: {words.TrimEnd('.')}.";

    private static string? Trimmed(string? line)
    {
        var text = line?.Replace("what():", "", StringComparison.Ordinal).Trim();
        return text is { Length: > 300 } ? text[..300] + "…" : text;
    }

    [GeneratedRegex(
        "out of memory|not enough memory|bad_alloc|OutOfMemoryException|can't allocate memory", RegexOptions.IgnoreCase)]
    private static partial Regex MemoryWords();

    [GeneratedRegex("terminate called|Unhandled exception|Fatal error|Assertion|error:", RegexOptions.IgnoreCase)]
    private static partial Regex TellingWords();
}
