using System.Globalization;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;

namespace Dashboard.Worker;

/// <summary>
/// The lines between <c>serve</c> and its children. Worker to child, on the child's standard input: <c>run id attempt</c>, then
/// <c>pause</c> or <c>cancel</c> for that run; the input's end means <see cref="RunCommand.Leave"/>. Child to worker, on its
/// standard output: <c>ended id attempt</c> once the run's end is recorded; after that it takes the next run.
/// </summary>
internal static class ChildProtocol
{
    private const string RunWord = "run";
    private const string EndedWord = "ended";
    private const string PauseWord = "pause";
    private const string CancelWord = "cancel";

    public static string Run(ClaimedRun run) => Write(RunWord, run);

    public static ClaimedRun? ParseRun(string line) => Parse(RunWord, line);

    /// <exception cref="ArgumentOutOfRangeException">
    /// The command has no line; <see cref="RunCommand.Leave"/> is the input's end.
    /// </exception>
    public static string Command(RunCommand command) => command switch
    {
        RunCommand.Pause => PauseWord,
        RunCommand.Cancel => CancelWord,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "this command has no line"),
    };

    /// <returns><see cref="RunCommand.None"/> for a line that is not a command.</returns>
    public static RunCommand ParseCommand(string line) => line switch
    {
        PauseWord => RunCommand.Pause,
        CancelWord => RunCommand.Cancel,
        _ => RunCommand.None,
    };

    public static string Ended(ClaimedRun run) => Write(EndedWord, run);

    public static ClaimedRun? ParseEnded(string line) => Parse(EndedWord, line);

    private static string Write(string word, ClaimedRun run) =>
        string.Create(CultureInfo.InvariantCulture, $"{word} {run.Id} {run.Attempt}");

    private static ClaimedRun? Parse(string word, string line) =>
        line.Split(' ') is [var first, var id, var attempt] && first == word
        && long.TryParse(id, CultureInfo.InvariantCulture, out var run)
        && int.TryParse(attempt, CultureInfo.InvariantCulture, out var number)
            ? new ClaimedRun(run, number)
            : null;
}
