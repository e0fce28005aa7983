using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Tests;

public sealed class SpecFieldsTests
{
    public static TheoryData<string> Tables => ["training", "sampling"];

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_field_has_a_label_of_its_own_a_help_and_words_for_its_choices(string table)
    {
        var fields = Table(table);
        Assert.Equal(fields.Count, fields.Select(f => f.Label).Distinct().Count());
        Assert.All(fields, field =>
        {
            Assert.NotEmpty(field.Label);
            Assert.EndsWith(".", field.Help, StringComparison.Ordinal);
            Assert.DoesNotContain(field.Choices, choice => choice.Text.Length == 0);
        });
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void The_table_has_every_field_of_the_json_and_no_other(string table)
    {
        var json = table == "training"
            ? SpecJson.ToObject(Presets.All[0].Template)
            : SpecJson.ToObject(
                new SamplingSpec { Slerp = new SlerpSpec { From = 1, To = 2 }, Inpaint = new InpaintSpec { Image = "a" } });
        Assert.Equal(Leaves(json, "").Order(), Table(table).Select(f => f.Path).Order());
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Each_default_lies_in_its_own_range(string table)
    {
        // A required number has no default, and reads as 0.
        var required = SpecJson.ToObject(Presets.All[0].Template);
        foreach (var field in Table(table).Where(f => f.Range is not null && f.Kind == SpecFieldKind.Number))
        {
            var text = SpecFields.Text(required, field.Path) is { Length: > 0 } given ? given : field.Default;
            var number = double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(field.Range!.Holds(number), $"{field.Path} {text}");
        }
    }

    [Theory]
    [InlineData("loss", "mae", "Mean absolute error")]
    [InlineData("batchSize", 32, "32 images")]
    [InlineData("horizontalFlip", true, "yes")]
    [InlineData("network.dropout", 0, "none")]
    [InlineData("optimizer.learningRate", 2e-4, "0.0002")]
    [InlineData("optimizer.epsilon", 7.6e-13, "7.6e-13")]
    public void A_value_reads_as_a_person_would_say_it(string path, object value, string words)
    {
        var spec = SpecJson.ToObject(Presets.All[0].Template);
        var cut = path.LastIndexOf('.');
        (cut < 0 ? spec : spec[path[..cut]]!)[path[(cut + 1)..]] = JsonSerializer.SerializeToNode(value);
        Assert.Equal(words, SpecFields.Value(spec, SpecFields.Training.Find(path)));
    }

    [Fact]
    public void A_field_counts_where_its_condition_holds()
    {
        var drawn = SpecJson.ToObject(new SamplingSpec { Sampler = Sampler.Heun });
        Assert.True(SpecFields.Counts(drawn, SpecFields.Sampling.Find("churn.noise")));
        Assert.False(SpecFields.Counts(drawn, SpecFields.Sampling.Find("eta")));
        Assert.False(SpecFields.Counts(drawn, SpecFields.Sampling.Find("slerp.count")));
        Assert.Equal("evaluation.kid.sampler", SpecFields.Training.Find("evaluation.kid.churn.amount").When!.Path);
    }

    [Fact]
    public void A_mistyped_field_is_answered_with_the_nearest()
    {
        Assert.Equal("optimizer.learningRate", SpecFields.Training.Nearest("optimizer.learnrate"));
        var read = SpecReader.ReadTraining(JsonElement.Parse("""{"preset":"ddim-keras","dataset":"a","batchsize":64}"""));
        Assert.Contains("Did you mean batchSize?", Assert.Single(read.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_near_the_end_of_the_numbers_is_compared_exactly()
    {
        var spec = new SamplingSpec { Run = 1, Seeds = new SeedRange { First = long.MaxValue - SamplingRules.MaxImages } };
        Assert.Empty(SamplingRules.Check(spec));
        var beyond = spec with { Seeds = spec.Seeds with { First = spec.Seeds.First + 1 } };
        Assert.Contains(SamplingRules.Check(beyond), p => p.Field == "seeds.first");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Only_numbers_lie_in_a_range(double value) =>
        Assert.Contains(
            SamplingRules.Check(new SamplingSpec { Run = 1, Guidance = value, Label = "a" }), p => p.Field == "guidance");

    [Fact]
    public void Drawing_from_a_file_names_no_checkpoint()
    {
        Assert.NotNull(SpecReader.ReadSampling(JsonElement.Parse("""{"seeds":{"count":4}}"""), fromFile: true).Spec);
        Assert.NotNull(SpecReader.ReadSampler(JsonElement.Parse("""{"sampler":"unipc","order":3}""")).Spec);
        Assert.Contains(
            SpecReader.ReadSampler(JsonElement.Parse("""{"sampler":"unipc","order":4}""")).Problems, p => p.Field == "order");
        Assert.Contains(SpecReader.ReadSampler(JsonElement.Parse("""{"seeds":{"count":4}}""")).Problems, p => p.Field == "seeds");
    }

    [Fact]
    public void A_stored_spec_takes_what_it_lacks_from_its_preset()
    {
        var stored = JsonElement.Parse("""{"preset":"ddpm-keras","dataset":"7","epochs":3}""");
        Assert.Equal(
            (3, Loss.Mse),
            (SpecReader.ReadStored(RunKind.Training, stored)!.Epochs, SpecReader.ReadStored(RunKind.Training, stored)!.Loss));
        var import = JsonElement.Parse("""{"file":"a","sha256":"b","training":{"preset":"ddpm-keras","dataset":"7"}}""");
        Assert.Equal(Loss.Mse, SpecReader.ReadStored(RunKind.Import, import)!.Loss);
        Assert.Null(SpecReader.ReadStored(
            RunKind.Training, JsonElement.Parse("""{"preset":"ddpm-keras","loss":"of a later version"}""")));
        Assert.Null(SpecReader.ReadStored(RunKind.Sampling, stored));
    }

    private static IReadOnlyList<SpecField> Table(string name) => name == "training" ? SpecFields.Training : SpecFields.Sampling;

    private static IEnumerable<string> Leaves(JsonObject node, string prefix) =>
        node.SelectMany(p => p.Value is JsonObject inner ? Leaves(inner, $"{prefix}{p.Key}.") : [$"{prefix}{p.Key}"]);
}
