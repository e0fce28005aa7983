using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Dashboard.Web.Compare;

namespace Dashboard.Web.Tests.Pages;

public sealed class ComparisonTests
{
    [Fact]
    public void Only_settings_that_differ_differ()
    {
        var settings = Comparison.Settings([Item(1), Item(2, spec => spec with { Epochs = 7 })]);
        var differing = settings.SelectMany(group => group.Rows).Where(row => row.Differs).ToList();
        Assert.Equal(["Epochs"], differing.Select(row => row.Label));
        Assert.Equal(["50", "7"], differing[0].Values);
    }

    [Fact]
    public void A_setting_that_counts_in_one_run_only_is_empty_in_the_other()
    {
        var karras = new ScheduleSpec { Kind = ScheduleKind.Karras };
        var rows = Comparison.Settings([Item(1), Item(2, spec => spec with { Schedule = karras })])
            .SelectMany(group => group.Rows).ToList();
        var only = rows.Where(row => row.Values[0].Length == 0 && row.Values[1].Length > 0).Select(row => row.Label);
        Assert.Contains(SpecFields.Training.Find("schedule.rho").Label, only);
        var values = rows.Single(row => row.Label == SpecFields.Training.Find("schedule.kind").Label).Values;
        Assert.NotEqual(values[0], values[1]);
    }

    [Fact]
    public void Deltas_say_which_run_is_better_than_the_baseline()
    {
        RunItem[] runs =
            [Measured(1, kid: 0.10, speed: 20), Measured(2, kid: 0.04, speed: 10), Measured(3, kid: null, speed: 20)];
        var rows = Comparison.Metrics(runs, baseline: 0);
        var kid = rows.Single(row => row.Metric == RunMetrics.Kid).Values;
        Assert.Equal(new ComparedValue(0.10, null, null), kid[0]);
        Assert.Equal((0.04, -0.06, true), (kid[1].Value!.Value, Math.Round(kid[1].Delta!.Value, 12), kid[1].IsBetter!.Value));
        Assert.Equal(new ComparedValue(null, null, null), kid[2]);
        var speed = rows.Single(row => row.Metric == RunMetrics.Speed).Values;
        Assert.Equal((-10, null), (speed[1].Delta, speed[1].IsBetter));
        Assert.False(Comparison.Metrics(runs, baseline: 1).Single(row => row.Metric == RunMetrics.Kid).Values[0].IsBetter);
    }

    [Fact]
    public void What_no_run_measured_has_no_row() => Assert.Empty(Comparison.Metrics([Item(1), Item(2)], 0));

    [Fact]
    public void A_run_keeps_its_colour_until_another_has_it()
    {
        Assert.Equal("--run-3", ComparedRun.Of([Item(11)])[0].Tone);
        var together = ComparedRun.Of([Item(19), Item(11), Item(4)]);
        Assert.Equal("--run-3", together.Single(compared => compared.Run.Id == 11).Tone);
        Assert.Equal(3, together.Select(compared => compared.Tone).Distinct().Count());
        Assert.Equal([19, 11, 4], together.Select(compared => compared.Run.Id));
        var eight = ComparedRun.Of([.. Enumerable.Range(1, 8).Select(i => Item(i * 8))]);
        Assert.Equal(8, eight.Select(compared => compared.Tone).Distinct().Count());
    }

    private static RunItem Measured(long id, double? kid, double speed) => Item(id) with
    {
        BestMetrics = new Dictionary<string, double?> { [RunMetrics.Kid.Name] = kid },
        LastMetrics = new Dictionary<string, double?> { [RunMetrics.Speed.Name] = speed },
    };

    private static RunItem Item(long id, Func<TrainingSpec, TrainingSpec>? change = null)
    {
        var spec = Presets.Find("ddim-keras")!.Template;
        return RunViewTests.Item(1) with
        {
            Id = id,
            Name = $"run {id}",
            Spec = JsonSerializer.SerializeToElement(change?.Invoke(spec) ?? spec, SpecJson.Options),
        };
    }
}
