using System.Text.Json;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Tests;

public sealed class SpecReaderTests
{
    [Fact]
    public void A_preset_fills_what_is_left_out()
    {
        var spec = Training(
            """{"preset":"ddim-keras","dataset":7,"imageSize":32,"network":{"widths":[16,24,32],"blockDepth":1}}""").Spec!;

        Assert.Equal("7", spec.Dataset);
        Assert.Equal([16, 24, 32], spec.Network.Widths);
        Assert.Equal(1000, spec.Network.EmbeddingMaxFrequency);
        Assert.Equal(DecayRule.Independent, spec.Optimizer.DecayRule);
    }

    [Fact]
    public void A_spec_survives_its_json()
    {
        var spec = Training("""{"preset":"ddim-keras","dataset":"roses","seed":9007199254740993}""").Spec!;

        var again = SpecReader.ReadTraining(JsonSerializer.SerializeToElement(spec, SpecJson.Options)).Spec!;

        Assert.Equal(JsonSerializer.Serialize(spec, SpecJson.Options), JsonSerializer.Serialize(again, SpecJson.Options));
        Assert.Equal(9007199254740993, again.Seed);
    }

    [Theory]
    [InlineData("""{"dataset":"a"}""", "preset", "ddim-keras")]
    [InlineData("""{"preset":"nope","dataset":"a"}""", "preset", "ddim-keras")]
    [InlineData("""{"preset":"ddim-keras"}""", "dataset", "Name a data set")]
    [InlineData("""{"preset":"ddim-keras","dataset":" "}""", "dataset", "Choose a data set")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","epochs":0}""", "epochs", "from 1")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","epochs":"many"}""", "epochs", "wrong type")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","imageSize":63}""", "imageSize", "multiple of 8")]
    [InlineData(
        """{"preset":"ddim-keras","dataset":"a","network":{"widths":[4096,4096,4096],"blockDepth":16}}""", "network.widths",
        "parameters")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","network":{"widths":[]}}""", "network.widths", "1 to 8")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","network":{"depth":2}}""", "network.depth", "Did you mean network.")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","loss":"huge"}""", "loss", "mae, mse")]
    [InlineData(
        """{"preset":"ddim-keras","dataset":"a","optimizer":{"weightDecay":0.1}}""", "optimizer.weightDecay",
        "times-learning-rate")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","optimizer":{"learningRate":-1}}""", "optimizer.learningRate", "from")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","network":null}""", "network", "wrong type")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","network":{"widths":null}}""", "network.widths", "wrong type")]
    [InlineData("""{"preset":"ddim-keras","dataset":"a","samples":{"sampler":"heun","eta":1}}""", "samples.eta", "sampler ddim")]
    [InlineData(
        """{"preset":"ddim-keras","dataset":"a","evaluation":{"kid":{"churn":{"amount":4}}}}""", "evaluation.kid.churn.amount",
        "sampler heun")]
    [InlineData(
        """{"preset":"ddim-keras","dataset":"a","schedule":{"kind":"linear-beta","steps":10},"samples":{"evaluations":50}}""",
        "samples.evaluations", "at most 10")]
    [InlineData(
        """{"preset":"ddim-keras","dataset":"a","schedule":{"kind":"cosine","steps":4},"evaluation":{"kid":{"evaluations":5}}}""",
        "evaluation.kid.evaluations", "at most 4")]
    [InlineData(
        """{"preset":"ddim-keras","dataset":"a","schedule":{"steps":10},"samples":{"sampler":"heun","evaluations":21}}""",
        "samples.evaluations", "at most 20")]
    [InlineData("[]", "spec", "object")]
    public void Each_mistake_is_named_by_its_field_with_the_remedy(string json, string field, string remedy)
    {
        var result = Training(json);

        Assert.Null(result.Spec);
        var problem = Assert.Single(result.Problems, p => p.Field == field);
        Assert.Contains(remedy, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void As_many_sampling_steps_as_the_schedule_has_are_allowed_and_continuous_time_allows_any()
    {
        var ten = new ScheduleSpec { Kind = ScheduleKind.LinearBeta, Steps = 10 };
        Assert.Empty(SamplingRules.CheckAgainst(ten, new SamplerSpec { Evaluations = 10 }));
        Assert.Empty(SamplingRules.CheckAgainst(ten, new SamplerSpec { Sampler = Sampler.Heun, Evaluations = 20 }));
        Assert.Equal(
            "evaluations", Assert.Single(SamplingRules.CheckAgainst(ten, new SamplerSpec { Evaluations = 11 })).Field);
        Assert.Empty(SamplingRules.CheckAgainst(ten with { Steps = 0 }, new SamplerSpec { Evaluations = 1000 }));
        Assert.All(Presets.All, preset => Assert.Empty(TrainingRules.Check(preset.Template with { Dataset = "a" })));
    }

    [Fact]
    public void A_batch_larger_than_the_data_set_is_refused()
    {
        var spec = Training("""{"preset":"ddim-keras","dataset":"a","batchSize":64}""").Spec!;

        Assert.Contains(TrainingRules.Check(spec, new DatasetFacts(50, 12)), p => p.Field == "batchSize");
        Assert.Empty(TrainingRules.Check(spec with { Repetitions = 2 }, new DatasetFacts(50, 12)));
        Assert.Contains(TrainingRules.Check(spec with { BatchSize = 2 }, new DatasetFacts(5, 1)), p => p.Field == "dataset");
    }

    [Theory]
    [InlineData("""{}""", "checkpoint")]
    [InlineData("""{"run":1,"checkpoint":2}""", "checkpoint")]
    [InlineData("""{"run":1,"evaluations":0}""", "evaluations")]
    [InlineData("""{"run":1,"eta":2}""", "eta")]
    [InlineData("""{"run":1,"seeds":{"first":1,"count":0}}""", "seeds.count")]
    [InlineData("""{"run":1,"seeds":{"first":1,"count":1000},"frames":5}""", "frames")]
    [InlineData("""{"run":1,"sampler":"magic"}""", "sampler")]
    public void Mistakes_in_a_sampling_spec_are_named_too(string json, string field) =>
        Assert.Contains(Sampling(json).Problems, p => p.Field == field);

    [Fact]
    public void A_sampling_spec_has_sensible_defaults()
    {
        var spec = Sampling("""{"run":"3"}""").Spec!;

        Assert.Equal(3, spec.Run);
        Assert.Equal((20, 0.0, 16), (spec.Evaluations, spec.Eta, spec.Seeds.Count));
    }

    [Fact]
    public void Another_sampler_leaves_the_options_of_the_one_before_behind()
    {
        var samples = Presets.All[0].Template.Samples with
        {
            Sampler = Sampler.Heun, Churn = new ChurnSpec { Amount = 4 }, Spacing = TimeSpacing.Karras,
        };
        var drawn = new SamplingSpec(samples) { Run = 1 };

        Assert.Equal((Sampler.Heun, 4.0, TimeSpacing.Karras), (drawn.Sampler, drawn.Churn.Amount, drawn.Spacing));
        Assert.Empty(SamplingRules.Check(drawn.WithSampler(Sampler.Ddim)));
        Assert.Contains(SamplingRules.Check(drawn with { Sampler = Sampler.Ddim }), p => p.Field == "churn.amount");
        Assert.Equal(drawn, drawn.WithSampler(Sampler.Heun));
    }

    private static SpecResult<TrainingSpec> Training(string json) => SpecReader.ReadTraining(JsonElement.Parse(json));

    private static SpecResult<SamplingSpec> Sampling(string json) => SpecReader.ReadSampling(JsonElement.Parse(json));
}
