using Dashboard.Storage.Runs;

namespace Dashboard.Web.Compare;

/// <param name="Tone">A variable of app.css: the run's colour in every part of the page.</param>
public sealed record ComparedRun(RunItem Run, string Tone)
{
    private const int Tones = 8;

    /// <summary>
    /// Gives each run its colour. A run keeps the colour of its id unless another run of the comparison has it already.
    /// </summary>
    public static IReadOnlyList<ComparedRun> Of(IReadOnlyList<RunItem> runs)
    {
        var taken = new HashSet<int>();
        var tones = new Dictionary<long, int>();
        foreach (var run in runs.OrderBy(run => run.Id))
        {
            var wanted = Enumerable.Range((int)(run.Id % Tones), Tones).Select(tone => tone % Tones);
            var tone = wanted.FirstOrDefault(tone => !taken.Contains(tone), (int)(run.Id % Tones));
            taken.Add(tone);
            tones[run.Id] = tone;
        }

        return [.. runs.Select(run => new ComparedRun(run, $"--run-{tones[run.Id]}"))];
    }
}
