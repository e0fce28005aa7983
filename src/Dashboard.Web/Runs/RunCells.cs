using System.Globalization;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Table;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Runs;

/// <summary>The cells of one run in a table.</summary>
public sealed class RunCells(RunItem run)
{
    private JsonObject? spec;

    private JsonObject Spec => spec ??= JsonObject.Create(run.Spec) ?? [];

    /// <summary>As scripts read it: a text, double, bool or DateTimeOffset; null where the run has none.</summary>
    public object? Value(RunColumn column)
    {
        if (column.Metric is { } metric)
        {
            return (column.IsBest ? run.BestMetrics : run.LastMetrics).GetValueOrDefault(metric.Name);
        }

        if (column.Field is { } field)
        {
            return SpecFields.At(Spec, field.Path) is null || !SpecFields.Counts(Spec, field) ? null : ValueOf(field);
        }

        return column.Key switch
        {
            "name" => run.Name,
            "id" => (double)run.Id,
            "state" => SpecJson.Word(run.State),
            "kind" => SpecJson.Word(run.Kind),
            "owner" => run.Owner?.Name,
            "dataset" => run.Dataset?.Name,
            "tag" => string.Join(' ', run.Tags),
            "notes" => run.Notes.Length > 0 ? run.Notes : null,
            "progress" => run.Progress.Fraction,
            "epoch" => (double)run.Progress.Epoch,
            "step" => (double)run.Progress.Step,
            "images" => (double)run.Progress.ImagesSeen,
            "worked" => run.Times.Worked,
            "created" => run.CreatedAt,
            "started" => run.StartedAt,
            "ended" => run.EndedAt,
            "error" => run.Error,
            "computed-on" => run.Facts.GetValueOrDefault("device"),
            "stars" => (double)run.Stars,
            "pinned" => run.Pinned,
            "archived" => run.Archived,
            _ => null,
        };
    }

    /// <summary>As a person reads it in a narrow cell.</summary>
    public string Text(RunColumn column) => (column, Value(column)) switch
    {
        (_, null) => "",
        ({ Field: { } field }, _) => SpecFields.Value(Spec, field),
        ({ Metric: { } }, double value) => Format.Value(value),
        ({ Key: "progress" }, double value) => Format.Percent(value),
        ({ Key: "worked" }, double value) => value >= 1 ? Format.Duration((double?)value) : "",
        ({ Key: "stars" }, 0.0) => "",
        (_, double value) => Format.Count((long)value),
        (_, bool value) => value ? "yes" : "",
        (_, DateTimeOffset at) => Format.Moment(at),
        (_, var value) => value.ToString() ?? "",
    };

    private object ValueOf(SpecField field)
    {
        var text = SpecFields.Text(Spec, field.Path);
        return field.Kind switch
        {
            SpecFieldKind.Number when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
            SpecFieldKind.Switch => text == "true",
            _ => text,
        };
    }
}
