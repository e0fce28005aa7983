using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Web.NewRun;

namespace Dashboard.Web.Tests.Pages;

public sealed class SpecDraftTests
{
    private static TrainingDraft Draft() => new TrainingDraft(Presets.All[0].Template with { Dataset = "roses" });

    public static TheoryData<string> PresetNames => [.. Presets.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(PresetNames))]
    public void The_form_has_one_field_for_everything_in_a_spec(string preset)
    {
        var spec = JsonSerializer.SerializeToNode(Presets.Find(preset)!.Template, SpecJson.Options)!.AsObject();
        var shown = SpecForm.Groups.SelectMany(g => g.Fields).Select(f => f.Path).Concat(SpecForm.Above);
        Assert.Equal(Leaves(spec, "").Order(), shown.Order());
    }

    [Theory]
    [MemberData(nameof(PresetNames))]
    public void Each_preset_stands_without_problems_and_without_differences(string preset)
    {
        var draft = new TrainingDraft(Presets.Find(preset)!.Template with { Dataset = "roses" });
        Assert.Empty(draft.Problems);
        Assert.DoesNotContain(SpecForm.Groups.SelectMany(g => g.Fields), f => draft.Differs(f.Path));
    }

    [Fact]
    public void The_sampling_form_has_one_field_for_everything_in_a_spec()
    {
        var shown = SpecForm.Sampling(["daisy"], [0.99]).SelectMany(g => g.Fields).Select(f => f.Path);
        var above = SpecFields.Sampling.Select(f => f.Path)
            .Where(p => p is "checkpoint" or "run" || p.StartsWith("inpaint.", StringComparison.Ordinal));
        Assert.Equal(SpecFields.Sampling.Select(f => f.Path).Order(), shown.Concat(above).Order());
    }

    [Fact]
    public void Another_sampler_leaves_its_own_options_behind()
    {
        var draft = new SamplingDraft(new SamplingSpec { Run = 1, Eta = 1 });
        draft.SetWord("sampler", "heun");
        draft.Set("churn.amount", "4");
        draft.Check();
        Assert.Equal((0.0, 4.0), (draft.Spec!.Eta, draft.Spec.Churn.Amount));

        draft.SetWord("sampler", "unipc");
        draft.Check();
        Assert.Equal(0, draft.Spec!.Churn.Amount);
    }

    [Fact]
    public void Guidance_counts_only_with_a_label()
    {
        var guidance = SpecFields.Sampling.Find("guidance");
        var draft = new SamplingDraft(new SamplingSpec { Run = 1 });
        Assert.False(draft.Shows(guidance));
        draft.SetWord("label", "daisy");
        draft.Set("guidance", "3");
        draft.Check();
        Assert.True(draft.Shows(guidance));
        Assert.Equal(("daisy", 3.0), (draft.Spec!.Label, draft.Spec.Guidance));

        draft.SetWord("label", "");
        draft.Check();
        Assert.Equal((null, 1.0), (draft.Spec!.Label, draft.Spec.Guidance));
    }

    [Theory]
    [InlineData("schedule.kind", "karras", "schedule.rho", "schedule.minSignalRate")]
    [InlineData("schedule.kind", "linear-beta", "schedule.betaEnd", "schedule.rho")]
    [InlineData("loss", "huber", "huberDelta", "weighting.gamma")]
    [InlineData("weighting.kind", "min-snr", "weighting.gamma", "huberDelta")]
    [InlineData("times.kind", "log-normal", "times.mean", "network.normGroups")]
    [InlineData("network.kind", "attention-unet", "network.normGroups", "times.deviation")]
    [InlineData("samples.sampler", "heun", "samples.churn.amount", "samples.eta")]
    [InlineData("evaluation.kid.sampler", "unipc", "evaluation.kid.order", "evaluation.kid.variance")]
    [InlineData("evaluation.kid.clip", "dynamic", "evaluation.kid.percentile", "samples.percentile")]
    public void A_field_shows_where_it_matters(string path, string value, string shown, string hidden)
    {
        var draft = Draft();
        Assert.False(draft.Shows(Field(shown)));
        draft.SetWord(path, value);
        draft.Check(null);
        Assert.True(draft.Shows(Field(shown)));
        Assert.False(draft.Shows(Field(hidden)));
    }

    [Fact]
    public void A_field_with_a_problem_shows_even_where_it_does_not_matter()
    {
        var draft = Draft();
        draft.Set("huberDelta", "-1");
        draft.Check(null);
        Assert.True(draft.Shows(Field("huberDelta")));
    }

    [Fact]
    public void Lists_take_decimals_and_may_be_empty()
    {
        var draft = Draft();
        draft.SetList("ema.also", "0.99, 0.9999");
        draft.SetList("network.attentionResolutions", "");
        draft.Check(null);
        Assert.Equal([0.99, 0.9999], draft.Spec!.Ema.Also);
        Assert.Empty(draft.Spec.Network.AttentionResolutions);
        Assert.Equal("0.99, 0.9999", draft.Text("ema.also"));
        Assert.True(draft.Differs("ema.also"));
    }

    [Fact]
    public void Every_choice_is_one_the_reader_takes()
    {
        foreach (var field in SpecForm.Groups.SelectMany(g => g.Fields))
        {
            foreach (var choice in field.Choices)
            {
                var draft = Draft();
                draft.SetWord(field.Path, choice.Value);
                draft.Check(null);
                Assert.True(
                    !draft.Problems[field.Path].Any(),
                    $"{field.Path} = {choice.Value}: {string.Join(' ', draft.Problems[field.Path])}");
            }
        }
    }

    [Theory]
    [InlineData("epochs", "0")]
    [InlineData("epochs", "many")]
    [InlineData("imageSize", "63")]
    [InlineData("batchSize", "1.5")]
    [InlineData("network.widths", "32, x")]
    [InlineData("optimizer.learningRate", "2")]
    [InlineData("schedule.minSignalRate", "")]
    public void What_is_wrong_is_said_at_its_field(string path, string text)
    {
        var draft = Draft();
        if (path == "network.widths")
        {
            draft.SetList(path, text);
        }
        else
        {
            draft.Set(path, text);
        }

        draft.Check(null);
        Assert.Null(draft.Spec);
        Assert.NotEmpty(draft.Problems[path]);
    }

    [Fact]
    public void Every_impossible_value_is_said_not_only_the_first_that_can_not_be_read()
    {
        var draft = Draft();
        draft.Set("epochs", "many");
        draft.Set("imageSize", "1e20");
        draft.Set("batchSize", "0");
        draft.SetList("network.widths", "32, x");
        draft.Set("schedule.maxSignalRate", "7");
        draft.Check(null);
        Assert.Null(draft.Spec);
        Assert.Equal(
            ["batchSize", "epochs", "imageSize", "network.widths", "schedule.maxSignalRate"],
            draft.Problems.Select(p => p.Key).Order());
        Assert.Contains("whole number from 1 to 100000", draft.Problems["epochs"].Single(), StringComparison.Ordinal);

        // What can't be read has the value from before, so that all else is still estimated and drawn.
        Assert.Equal((Presets.All[0].Template.Epochs, 0), (draft.Shape!.Epochs, draft.Shape.BatchSize));
        Assert.Equal("many", draft.Text("epochs"));
    }

    [Fact]
    public void Every_impossible_value_of_a_sampling_run_is_said()
    {
        var draft = new SamplingDraft(new SamplingSpec { Run = 1 });
        draft.Set("seeds.count", "100000000");
        draft.Set("evaluations", "0");
        draft.Set("eta", "7");
        draft.Set("seeds.first", "-5");
        draft.Set("frames", "9999");
        draft.Set("guidance", "much");
        draft.Check();
        Assert.Equal(
            ["eta", "evaluations", "frames", "guidance", "seeds.count", "seeds.first"],
            draft.Problems.Select(p => p.Key).Order());
        Assert.Null(draft.Spec);
    }

    [Theory]
    [MemberData(nameof(PresetNames))]
    public void Every_schedule_can_be_chosen_from_every_preset_and_back(string preset)
    {
        var template = Presets.Find(preset)!.Template with { Dataset = "roses" };
        foreach (var kind in Field("schedule.kind").Choices)
        {
            var draft = new TrainingDraft(template);
            draft.SetWord("schedule.kind", kind.Value);
            draft.Check(null);
            Assert.DoesNotContain(draft.Problems, p => p.Key.StartsWith("schedule.", StringComparison.Ordinal));
            if (kind.Value == "linear-beta")
            {
                Assert.True(draft.Spec!.Schedule.Steps > 1);
            }

            draft.SetWord("schedule.kind", SpecJson.Word(template.Schedule.Kind));
            draft.Check(null);
            Assert.Equal(template.Schedule, draft.Shape!.Schedule);
        }
    }

    [Fact]
    public void A_schedule_starts_at_its_own_defaults_whatever_stood_there()
    {
        var draft = Draft();
        draft.Set("schedule.minSignalRate", "nothing");
        draft.SetWord("schedule.kind", "linear-beta");
        draft.Set("schedule.betaEnd", "-1");
        draft.Set("schedule.steps", "1");
        draft.SetWord("schedule.kind", "karras");
        draft.Check(null);
        Assert.Empty(draft.Problems);
        Assert.Equal(0, draft.Spec!.Schedule.Steps);
        draft.SetWord("schedule.kind", "linear-beta");
        draft.Check(null);
        Assert.Equal((1000, 0.02), (draft.Spec!.Schedule.Steps, draft.Spec.Schedule.BetaEnd));
    }

    [Fact]
    public void Another_label_keeps_the_guidance()
    {
        var draft = new SamplingDraft(new SamplingSpec { Run = 1, Label = "daisy", Guidance = 3 });
        draft.SetWord("label", "rose");
        draft.Check();
        Assert.Equal(3, draft.Spec!.Guidance);
    }

    [Fact]
    public void A_small_data_set_is_held_against_the_batch()
    {
        var draft = Draft();
        draft.Check(new DatasetFacts(20, 5));
        Assert.Null(draft.Spec);
        Assert.Contains("20 images", Assert.Single(draft.Problems["batchSize"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_can_be_typed_as_people_write_them()
    {
        var draft = Draft();
        draft.Set("optimizer.learningRate", " 2e-4 ");
        draft.SetList("network.widths", "[16 32;48]");
        draft.Check(null);
        Assert.Equal(2e-4, draft.Spec!.Optimizer.LearningRate);
        Assert.Equal([16, 32, 48], draft.Spec.Network.Widths);
        Assert.Equal("16, 32, 48", draft.Text("network.widths"));
    }

    [Fact]
    public void A_stored_spec_comes_back_as_it_was()
    {
        var spec = Presets.All[0].Template with { Dataset = "7", Epochs = 3, HorizontalFlip = true };
        var draft = new TrainingDraft(
            SpecReader.ReadStored(RunKind.Training, JsonSerializer.SerializeToElement(spec, SpecJson.Options))!);
        Assert.Equal(
            JsonSerializer.Serialize(spec, SpecJson.Options),
            JsonSerializer.Serialize(draft.Spec, SpecJson.Options));
    }

    private static SpecField Field(string path) => SpecForm.Groups.SelectMany(g => g.Fields).Single(f => f.Path == path);

    private static IEnumerable<string> Leaves(JsonObject node, string prefix) =>
        node.SelectMany(p => p.Value is JsonObject inner ? Leaves(inner, $"{prefix}{p.Key}.") : [$"{prefix}{p.Key}"]);
}
