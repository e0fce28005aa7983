using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;
using Dashboard.Web.Runs;

namespace Dashboard.Web.Tests.Pages;

public sealed class SpecDraftTests
{
    private static SpecDraft Draft() => SpecDraft.From(Presets.All[0].Template with { Dataset = "roses" });

    [Fact]
    public void The_form_has_a_field_for_everything_in_a_spec()
    {
        var spec = JsonSerializer.SerializeToNode(Presets.All[0].Template, SpecJson.Options)!.AsObject();
        var chosenAbove = new[] { "preset", "dataset" };
        var shown = SpecForm.Groups.SelectMany(g => g.Fields).Select(f => f.Path).ToHashSet();
        Assert.Equal(Leaves(spec, "").Except(chosenAbove).Order(), shown.Order());
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
                Assert.True(draft.Spec is not null, $"{field.Path} = {choice.Value}: {string.Join(' ', draft.Problems[field.Path])}");
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
        var draft = SpecDraft.From(JsonSerializer.SerializeToElement(spec, SpecJson.Options));
        Assert.Equal(
            JsonSerializer.Serialize(spec, SpecJson.Options),
            JsonSerializer.Serialize(draft.Spec, SpecJson.Options));
    }

    private static IEnumerable<string> Leaves(JsonObject node, string prefix) =>
        node.SelectMany(p => p.Value is JsonObject inner ? Leaves(inner, $"{prefix}{p.Key}.") : [$"{prefix}{p.Key}"]);
}
