using System.Text.Json.Nodes;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Dashboard.Web.NewRun;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Compare;

/// <summary>A value of one run, and how it differs from the baseline's.</summary>
/// <param name="Delta">This value minus the baseline's; null for the baseline itself and where one of them is missing.</param>
/// <param name="IsBetter">Than the baseline's; null where neither is better.</param>
public sealed record ComparedValue(double? Value, double? Delta, bool? IsBetter);

/// <summary>A metric over all runs, in their order.</summary>
public sealed record MetricRow(RunMetric Metric, string Label, IReadOnlyList<ComparedValue> Values);

/// <summary>A setting over all runs, in their order.</summary>
/// <param name="Values">Empty where a run has no such setting, or where it does not count.</param>
public sealed record SettingRow(string Label, string Help, IReadOnlyList<string> Values)
{
    public bool Differs { get; } = Values.Distinct(StringComparer.Ordinal).Skip(1).Any();
}

/// <summary>Settings that belong together, under the form's heading.</summary>
public sealed record SettingGroup(string Title, IReadOnlyList<SettingRow> Rows);

/// <summary>What runs have in common and in what they differ.</summary>
public static class Comparison
{
    public const int Fewest = 2;
    public const int Most = 8;

    /// <summary>Best values of what has a better side, newest values of the rest; only what at least one run measured.</summary>
    /// <param name="baseline">Index of the run that the others are compared with.</param>
    public static IReadOnlyList<MetricRow> Metrics(IReadOnlyList<RunItem> runs, int baseline)
    {
        var rows = new List<MetricRow>();
        foreach (var metric in RunMetrics.All.Where(metric => metric.HasTile))
        {
            var best = metric is { IsValidation: true, Better: not Better.Neither };
            double?[] values =
            [
                .. runs.Select(run => (best ? run.BestMetrics : run.LastMetrics).GetValueOrDefault(metric.Name)),
            ];
            if (values.Any(value => value is not null))
            {
                rows.Add(new MetricRow(
                    metric,
                    best ? $"{metric.Label}, best" : $"{metric.Label}, newest",
                    [.. values.Select((value, i) => i == baseline
                        ? new ComparedValue(value, null, null)
                        : Against(value, values[baseline], metric.Better))]));
            }
        }

        return rows;
    }

    /// <summary>Every setting that counts in at least one of the runs.</summary>
    public static IReadOnlyList<SettingGroup> Settings(IReadOnlyList<RunItem> runs)
    {
        var (training, sampling) = (runs.Select(Training).ToList(), runs.Select(Sampling).ToList());
        return
        [
            new SettingGroup("Run",
            [
                new SettingRow("Data set", "What it was trained on", [.. runs.Select(run => run.Dataset?.Name ?? "")]),
                new SettingRow(
                    "Preset", "What the settings started from",
                    [.. training.Select(spec => spec is null ? "" : SpecFields.Text(spec, "preset"))]),
                new SettingRow(
                    "Device", "Where it ran", [.. runs.Select(run => run.Facts.GetValueOrDefault("device") ?? "")]),
            ]),
            .. SpecForm.Groups.Select(group => Group(group.Title, group.Fields, training)),
            .. SpecForm.Sampling([], []).Select(group => Group(group.Title, group.Fields, sampling)),
        ];
    }

    private static ComparedValue Against(double? value, double? baseline, Better better)
    {
        if (value - baseline is not { } delta)
        {
            return new ComparedValue(value, null, null);
        }

        return new ComparedValue(
            value, delta, better == Better.Neither || delta == 0 ? null : better == Better.Lower == delta < 0);
    }

    private static SettingGroup Group(string title, IReadOnlyList<SpecField> fields, IReadOnlyList<JsonObject?> specs) =>
        new(title,
        [
            .. fields.Where(field => specs.Any(spec => spec is not null && SpecFields.Counts(spec, field)))
                .Select(field => new SettingRow(
                    field.Label,
                    field.Help,
                    [
                        .. specs.Select(spec =>
                            spec is not null && SpecFields.Counts(spec, field) ? SpecFields.Value(spec, field) : ""),
                    ])),
        ]);

    private static JsonObject? Training(RunItem run) => run.Training is { } spec ? SpecJson.ToObject(spec) : null;

    private static JsonObject? Sampling(RunItem run) => run.Sampling is { } spec ? SpecJson.ToObject(spec) : null;
}
