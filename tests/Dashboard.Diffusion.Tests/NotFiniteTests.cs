using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Diffusion.Training;

namespace Dashboard.Diffusion.Tests;

/// <summary>
/// Numbers that are not finite: JSON can't write them, a comparison takes NaN for the lowest, a time overflows.
/// </summary>
public sealed class NotFiniteTests
{
    public static TheoryData<string> TrainingFields => [.. Fields(SpecFields.Training)];

    public static TheoryData<string> SamplingFields => [.. Fields(SpecFields.Sampling)];

    [Theory]
    [MemberData(nameof(TrainingFields))]
    public void A_training_field_that_is_not_finite_is_refused_by_its_name(string path)
    {
        foreach (var value in Values)
        {
            var json = With(path, value, new JsonObject { ["preset"] = "ddim-keras", ["dataset"] = "1" });
            Assert.Contains(SpecReader.ReadTraining(json).Problems, problem => Names(problem, path));
        }
    }

    [Theory]
    [MemberData(nameof(SamplingFields))]
    public void A_sampling_field_that_is_not_finite_is_refused_by_its_name(string path)
    {
        foreach (var value in Values)
        {
            var json = With(path, value, new JsonObject { ["run"] = 1 });
            if (path.StartsWith("inpaint", StringComparison.Ordinal))
            {
                json = With(path, value, new JsonObject
                {
                    ["run"] = 1, ["sampler"] = "ddim", ["inpaint"] = new JsonObject { ["image"] = "a" },
                });
            }
            else if (path.StartsWith("slerp", StringComparison.Ordinal))
            {
                json = With(path, value, new JsonObject
                {
                    ["run"] = 1, ["slerp"] = new JsonObject { ["from"] = 1, ["to"] = 2 },
                });
            }

            Assert.Contains(SpecReader.ReadSampling(json).Problems, problem => Names(problem, path));
        }
    }

    [Fact]
    public void Advice_passes_over_epochs_whose_figures_are_not_finite()
    {
        var epochs = Enumerable.Range(1, 20)
            .Select(epoch => new EpochSummary(
                epoch, 0.1, epoch == 2 ? double.NaN : 0.2 - (epoch * 0.001),
                epoch == 3 ? double.NegativeInfinity : 0.2 - (epoch * 0.001)))
            .ToList();
        var spec = Presets.All[0].Template with { HorizontalFlip = true };
        Assert.All(HealthAdvice.Of(spec, epochs, 5000, 2000), advice => Assert.Equal("", advice.Text));
    }

    [Theory]
    [InlineData(90, 90.0)]
    [InlineData(1e13, null)]
    [InlineData(double.PositiveInfinity, null)]
    [InlineData(double.NaN, null)]
    [InlineData(-1, null)]
    public void A_remaining_time_that_no_clock_holds_is_not_told(double seconds, double? told) =>
        Assert.Equal(told, ProgressEvent.Time(seconds)?.TotalSeconds);

    /// <summary>As a script can write them.</summary>
    private static IEnumerable<JsonNode> Values =>
        [JsonValue.Create("NaN"), JsonValue.Create("Infinity"), JsonValue.Create("-Infinity"), JsonNode.Parse("1e999")!];

    private static bool Names(FieldProblem problem, string path) => problem.Field.StartsWith(path, StringComparison.Ordinal);

    private static IEnumerable<string> Fields(IReadOnlyList<SpecField> fields) =>
        fields.Where(field => field.Kind is SpecFieldKind.Number or SpecFieldKind.List).Select(field => field.Path);

    private static JsonElement With(string path, JsonNode value, JsonObject spec)
    {
        var parts = path.Split('.');
        var list = SpecFields.Training.Concat(SpecFields.Sampling).First(field => field.Path == path).Kind == SpecFieldKind.List;
        var target = spec;
        foreach (var part in parts.SkipLast(1))
        {
            target[part] ??= new JsonObject();
            target = target[part]!.AsObject();
        }

        target[parts[^1]] = list ? new JsonArray(value.DeepClone()) : value.DeepClone();
        using var document = JsonDocument.Parse(spec.ToJsonString());
        return document.RootElement.Clone();
    }
}
