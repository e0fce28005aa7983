using System.Text.RegularExpressions;

namespace Dashboard.Worker.Serving;

/// <summary>What a child's death means for its run, in words for a person.</summary>
/// <param name="Final">True when the same would happen again: the run fails instead of going on from its last checkpoint.</param>
internal sealed partial record Verdict(string Reason, bool Final)
{
    private const int Killed = 9;

    /// <summary>Signals that native code brings upon itself: illegal instruction, abort, bus error, arithmetic, segmentation fault, bad system call.</summary>
    private static readonly Dictionary<int, string> NativeSignals = new()
    {
        [4] = "illegal instruction", [6] = "abort", [7] = "bus error", [8] = "arithmetic error", [11] = "segmentation fault", [31] = "bad system call",
    };

    public static Verdict Of(ChildEnd end)
    {
        var words = LastWords(end.LastLines);
        if (end.KilledForMemory || (end.Code != 0 && words is not null && MemoryWords().IsMatch(words)))
        {
            return new Verdict($"out of memory{(words is null ? "" : $" ({words})")}: choose a smaller batch, image size or network, or a machine with more memory", true);
        }

        var signal = end.Code > 128 ? end.Code - 128 : 0;
        if (NativeSignals.TryGetValue(signal, out var name))
        {
            return new Verdict($"the native library aborted: {words ?? $"{name} (signal {signal})"}", true);
        }

        return signal switch
        {
            Killed => new Verdict("its process was killed (signal 9), possibly because the machine ran out of memory", false),
            > 0 => new Verdict($"its process was ended by signal {signal}", false),
            _ => new Verdict($"its process ended with code {end.Code}{(words is null ? "" : $": {words}")}", false),
        };
    }

    /// <summary>The line among the last ones that says most.</summary>
    private static string? LastWords(IReadOnlyList<string> lines)
    {
        var said = lines.Where(line => !line.TrimStart().StartsWith("at ", StringComparison.Ordinal) && line.Trim().Length > 0).ToList();
        var best = said.FindLast(line => line.Contains("what():", StringComparison.Ordinal))
            ?? said.FindLast(line => TellingWords().IsMatch(line))
            ?? said.LastOrDefault();
        if (best is null)
        {
            return null;
        }

        best = best.Replace("what():", "", StringComparison.Ordinal).Trim();
        return best.Length > 300 ? best[..300] + "…" : best;
    }

    [GeneratedRegex("out of memory|not enough memory|bad_alloc|OutOfMemoryException|can't allocate memory", RegexOptions.IgnoreCase)]
    private static partial Regex MemoryWords();

    [GeneratedRegex("terminate called|Unhandled exception|Fatal error|Assertion|error:", RegexOptions.IgnoreCase)]
    private static partial Regex TellingWords();
}
