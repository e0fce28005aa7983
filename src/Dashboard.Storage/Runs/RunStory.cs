using System.Globalization;
using Dashboard.Diffusion.Runs;
using Dashboard.Formats;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Runs;

/// <summary>The log's lines about a run itself, written in the transaction of what they tell.</summary>
internal static class RunStory
{
    /// <summary>Characters of a line of the log, whose detail may be a stack trace.</summary>
    private const int LongestText = 20_000;

    /// <summary>What the log says of a report; null for nothing.</summary>
    public static LogEvent? Of(RunEvent told) => told switch
    {
        LogEvent line => line,
        MetricsEvent { Values: var values } when values.ContainsKey(RunMetrics.LearningRate.Name) =>
            Line(told, $"Epoch {told.Clock.Epoch}, step {told.Clock.Step}: {Figures(values)}."),
        FactEvent { Name: "device" } fact => Line(told, $"Computes on {fact.Value}."),
        FactEvent { Name: "precision" } fact => Line(told, $"Precision: {fact.Value}."),
        FactEvent { Name: "arithmetic" } fact => Line(told, $"Arithmetic of the worker: {fact.Value}."),
        FactEvent { Name: "parameters" } fact => Line(told, $"The network has {fact.Value} parameters."),
        AdviceEvent { Text.Length: > 0 } advice => Line(told, $"Advice: {advice.Text}"),
        CheckpointEvent checkpoint => Line(told, string.Create(
            CultureInfo.InvariantCulture,
            $"{Kind(checkpoint.Kind)} checkpoint, {At(told.Clock)}: {checkpoint.Bytes / (double)(1 << 20):F1} MiB.")),
        _ => null,
    };

    /// <summary>As sentences name a moment of a run.</summary>
    public static string At(RunClock clock) =>
        string.Create(CultureInfo.InvariantCulture, $"epoch {clock.Epoch}, step {clock.Step}");

    /// <summary>Adds a line of its own to a run's log. The caller notifies.</summary>
    public static Task TellRunAsync(
        this NpgsqlConnection connection, long id, RunLogLevel level, string text, CancellationToken stop,
        string? detail = null) =>
        connection.Command(
            """
            WITH told AS (UPDATE runs SET sequence = sequence + 1 WHERE id = @id RETURNING id, sequence)
            INSERT INTO run_logs (run_id, sequence, at, level, text, detail)
            SELECT id, sequence, clock_timestamp(), @level, @text, @detail FROM told
            """,
            ("id", id), ("level", level.ToString()), ("text", Storable(text)),
            ("detail", new NpgsqlParameter<string?>("detail", detail is null ? null : Storable(detail)))).ExecuteAsync(stop);

    /// <summary>A line or a detail as it is stored.</summary>
    public static string Storable(string text) => StoredText.Lines(text, LongestText);

    /// <summary>Where a run that ends can go on; empty where it has no checkpoint.</summary>
    public static async Task<string> LastCheckpointAsync(NpgsqlConnection connection, long id, CancellationToken stop)
    {
        var last = await connection.Command(
            """
            SELECT step, epoch, images_seen FROM checkpoints
            WHERE run_id = @id AND kind = 'Last' ORDER BY sequence DESC LIMIT 1
            """,
            ("id", id)).RowsAsync(row => new RunClock(row.GetInt64(0), row.GetInt32(1), row.GetInt64(2)), stop);
        return last is [var clock] ? $" {RunFailedException.GoesOnFrom(clock)}" : "";
    }

    private static LogEvent Line(RunEvent told, string text) =>
        new(RunLogLevel.Information, text) { At = told.At, Clock = told.Clock };

    private static string Kind(CheckpointKind kind) => kind switch
    {
        CheckpointKind.Best => "Best",
        CheckpointKind.Imported => "Imported",
        _ => "Last",
    };

    /// <summary>All numbers of an epoch in the order in which pages show them.</summary>
    private static string Figures(IReadOnlyDictionary<string, double> values)
    {
        var order = RunMetrics.All.Select(metric => metric.Name).ToList();
        var errors = RunMetrics.All.Select(metric => metric.Error).OfType<string>().ToHashSet();
        return string.Join(
            ", ",
            from name in values.Keys
            where !errors.Contains(name)
            orderby order.IndexOf(name) is var place && place < 0 ? int.MaxValue : place
            select Figure(RunMetrics.Of(name), values));
    }

    private static string Figure(RunMetric metric, IReadOnlyDictionary<string, double> values)
    {
        var error = metric.Error is { } name && values.TryGetValue(name, out var width) && double.IsFinite(width)
            ? $" ± {Number(width)}"
            : "";
        return $"{metric.Label} {Number(values[metric.Name])}{error}{(metric.Unit is null ? "" : $" {metric.Unit}")}";
    }

    private static string Number(double value) =>
        double.IsFinite(value) ? value.ToString("G4", CultureInfo.InvariantCulture) : "not finite";
}
