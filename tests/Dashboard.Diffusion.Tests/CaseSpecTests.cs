using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Testing;

namespace Dashboard.Diffusion.Tests;

/// <summary>Specs of ../shared/cases that once were taken and should not have been.</summary>
public sealed class CaseSpecTests
{
    [Fact]
    public async Task More_sampling_steps_than_the_schedule_has_are_refused_at_their_field()
    {
        var path = Repository.SharedCase("spec-50-steps-of-10.json");
        Assert.SkipUnless(File.Exists(path), "needs ../shared/cases, which is not part of the repository");
        var request = JsonElement.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));

        var read = SpecReader.ParseTraining(request.GetProperty("spec"));
        var problems = read.Spec is { } spec ? TrainingRules.Check(spec) : read.Problems;

        Assert.Contains("10 discrete steps", problems.Single(problem => problem.Field == "samples.evaluations").Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_a_run_can_hardly_learn_are_warned_of_only_where_it_learns_labels()
    {
        var spec = SpecReader.ReadTraining(JsonElement.Parse("""{"preset":"ddim-keras","dataset":"a"}""")).Spec!;
        var facts = new DatasetFacts(100, 20, 30) { ThinLabels = [.. Enumerable.Range(1, 12).Select(i => $"rare{i}")] };

        Assert.Empty(TrainingRules.Warn(spec, facts));
        var conditional = spec with { Labels = spec.Labels with { Enabled = true } };
        var warning = Assert.Single(TrainingRules.Warn(conditional, facts));
        Assert.Equal("labels.enabled", warning.Field);
        Assert.Contains("12 labels have a single image", warning.Message, StringComparison.Ordinal);
        Assert.Contains("rare10 and 2 more", warning.Message, StringComparison.Ordinal);
        Assert.Empty(TrainingRules.Warn(conditional, facts with { ThinLabels = [] }));
        Assert.Empty(TrainingRules.Warn(conditional, null));
    }
}
