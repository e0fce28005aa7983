using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Metrics;

namespace Dashboard.Worker.Verbs;

/// <summary><c>measure</c>: the KID of what a checkpoint draws with given sampler settings, a line of JSON each.</summary>
internal static class MeasureVerb
{
    public static Command Create()
    {
        var checkpoint = new Argument<FileInfo>("checkpoint")
        {
            Description = "A checkpoint of a training run, or weights exported from one.",
        };
        var images = new Argument<string?>("images")
        {
            Description = "The zip or folder that it was trained on; drawn flowers if left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var evaluations = new Option<int[]>("--evaluations")
        {
            Description = "Sampling steps, one measurement for each number. The run's own if left out.",
            AllowMultipleArgumentsPerToken = true,
        };
        var extractor = new Option<string?>("--extractor")
        {
            Description = $"{string.Join(", ", Enum.GetValues<FeatureExtractor>().Select(SpecJson.Word))}; with FID, precision "
                + $"and recall. The run's own protocol if left out.",
        };
        var count = new Option<int>("--count") { Description = "Most images to compare; 0 for all of the validation split." };
        var seeds = new Option<long[]>("--seed")
        {
            Description = "Decides the noise that images start from; a measurement each. The run's own if left out.",
            AllowMultipleArgumentsPerToken = true,
        };
        var work = new Option<DirectoryInfo>("--work")
        {
            Description = "Where the images are unpacked; kept for the next time.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Path.GetTempPath(), "dashboard-measure")),
        };
        var weights = new Option<DirectoryInfo?>("--weights") { Description = "The folder with InceptionV3's weights." };
        var fields = new FieldOption("sampler=heun --set churn.amount=4", SpecFields.Sampler);

        var command = new Command("measure", "Measures what a checkpoint draws against the images that its run held out.")
        {
            checkpoint, images, evaluations, extractor, count, seeds, work, weights, fields.Option,
        };
        command.SetAction((arguments, stop) => Terminal.TryAsync(async () =>
        {
            var path = arguments.GetRequiredValue(checkpoint).FullName;
            var header = Engine.Checkpoints.CheckpointHeader.Read(path);
            using var cache = await LocalImages.OpenAsync(
                arguments.GetValue(images), arguments.GetRequiredValue(work).FullName, header.Spec.ImageSize, stop);
            var wanted = Wanted(header.Spec.Evaluation, arguments.GetValue(extractor), arguments.GetValue(count));
            var settings = Settings(header.Spec, arguments, fields, arguments.GetValue(evaluations) ?? []);
            await Terminal.ComputeAsync(() =>
            {
                foreach (var seed in arguments.GetValue(seeds) is { Length: > 0 } given
                    ? given.Select(one => (long?)one)
                    : [null])
                {
                    using var meter = CheckpointMeter.Open(
                        path, cache, wanted, seed, header.Spec.Device, arguments.GetValue(weights)?.FullName);
                    foreach (var one in settings)
                    {
                        Console.WriteLine(
                            Line(one, seed ?? header.Spec.Seed, meter.Measure(one, _ => { }, stop), meter.Describe(one)));
                    }
                }
            }, stop);
        }));
        return command;
    }

    private static EvaluationSpec Wanted(EvaluationSpec runs, string? extractor, int count)
    {
        if (extractor is null)
        {
            return count == 0 ? runs : runs with { Kid = runs.Kid with { Images = count } };
        }

        var kind = Enum.GetValues<FeatureExtractor>().Where(value => SpecJson.Word(value) == extractor).ToList();
        return kind.Count == 1
            ? new EvaluationSpec
            {
                Kid = runs.Kid with { Extractor = kind[0], Images = count },
                Fid = true,
                PrecisionRecall = true,
            }
            : throw new ArgumentException($"--extractor {extractor}: there is no such extractor");
    }

    /// <summary>The run's own settings, changed by the fields given; one for each number of sampling steps.</summary>
    private static IReadOnlyList<SamplerSpec> Settings(
        TrainingSpec runs, ParseResult arguments, FieldOption fields, int[] evaluations)
    {
        return evaluations.Length == 0 ? [Read(null)] : [.. evaluations.Select(count => Read(count))];

        SamplerSpec Read(int? count) => fields.Read(
            arguments,
            SpecJson.ToObject<SamplerSpec>(runs.Evaluation.Kid),
            given => SpecReader.ReadSampler(given) is { Spec: { } spec } read
                ? (read with { Spec = spec with { Evaluations = count ?? spec.Evaluations } })
                    .Check(one => SamplingRules.CheckAgainst(runs.Schedule, one))
                : SpecReader.ReadSampler(given));
    }

    private static string Line(SamplerSpec settings, long seed, QualityResult result, string protocol)
    {
        var json = JsonSerializer.SerializeToNode(settings, SpecJson.Options)!.AsObject();
        json["seed"] = seed;
        (json["kid"], json["kidError"]) = (result.Kid.Value, result.Kid.StandardError);
        if (result.Fid is { } fid)
        {
            json["fid"] = fid;
        }

        if (result.PrecisionRecall is { } manifold)
        {
            (json["precision"], json["recall"]) = (manifold.Precision, manifold.Recall);
        }

        json["protocol"] = protocol;
        return json.ToJsonString(SpecJson.Options);
    }
}
