using System.Globalization;
using System.Text;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;

namespace Dashboard.Web.Runs;

/// <summary>A run's log as a text file: time, level and text of a line, details indented below it.</summary>
internal static class RunLogText
{
    public const int MostLines = 10_000;

    private static readonly IReadOnlyList<string> Levels = [.. Enum.GetValues<RunLogLevel>().Select(SpecJson.Word)];

    /// <returns>The lowest level that is wanted; all where none is named.</returns>
    public static RunLogLevel ReadLevel(string? level, List<FieldProblem> problems)
    {
        if (string.IsNullOrEmpty(level))
        {
            return RunLogLevel.Information;
        }

        var index = Levels.ToList().IndexOf(level);
        if (index < 0)
        {
            problems.Add(new("level", $"Give one of: {string.Join(", ", Levels)}."));
        }

        return (RunLogLevel)Math.Max(index, 0);
    }

    /// <summary>Written in parts, however long the log is.</summary>
    public static async Task WriteAsync(RunQueries runs, long id, RunLogLevel least, Stream body, CancellationToken stop)
    {
        await using var text = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        IReadOnlyList<LogItem> lines = [];
        do
        {
            lines = await runs.LogsAsync(id, least, lines.Count == 0 ? 0 : lines[^1].Sequence, MostLines, stop);
            foreach (var line in lines)
            {
                await text.WriteLineAsync(Format(line).AsMemory(), stop);
            }
        }
        while (lines.Count == MostLines);
    }

    private static string Format(LogItem line)
    {
        var start = string.Create(
            CultureInfo.InvariantCulture, $"{line.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z  {SpecJson.Word(line.Level),-11}  ");
        var below = Environment.NewLine + new string(' ', 4);
        var detail = line.Detail is null ? "" : below + line.Detail.Trim().ReplaceLineEndings(below);
        return start + line.Text.ReplaceLineEndings(below) + detail;
    }
}
