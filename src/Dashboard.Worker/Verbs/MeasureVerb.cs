using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Metrics;

namespace Dashboard.Worker.Verbs;

/// <summary><c>measure</c>: the KID of what a checkpoint draws with given sampler settings, a line of JSON each.</summary>
internal static class MeasureVerb
{
    private static IEnumerable<string> Extractors => Enum.GetValues<FeatureExtractor>().Select(SpecJson.Word);

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
            Description = $"{string.Join(", ", Extractors)}; with FID, precision "
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
            Description = "Where the images are packed; kept for the next time.",
            DefaultValueFactory = _ => new DirectoryInfo(LocalImages.DefaultWorkFolder("measure")),
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
            var wanted = Wanted(header.Spec.Evaluation, arguments.GetValue(extractor), arguments.GetValue(count));
            var settings = Settings(header.Spec, arguments, fields, arguments.GetValue(evaluations) ?? []);
            var pack = await LocalImages.PrepareAsync(
                arguments.GetValue(images), arguments.GetRequiredValue(work).FullName, header.Spec.ImageSize, stop);
            using var cache = pack.Open(header.Spec.ImageSize, stop);
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
        if (count is < 0 or 1)
        {
            throw new ArgumentException("--count: KID needs at least 2 images; 0 takes the whole validation split.");
        }

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
            : throw new ArgumentException(
                $"--extractor {extractor}: there is no such extractor. Use one of: {string.Join(", ", Extractors)}.");
    }

    /// <summary>The run's own settings, changed by the fields given; one for each number of sampling steps.</summary>
    private static IReadOnlyList<SamplerSpec> Settings(
        TrainingSpec run, ParseResult arguments, FieldOption fields, int[] evaluations)
    {
        var chosen = fields.Read(arguments, SpecJson.ToObject<SamplerSpec>(run.Evaluation.Kid), SpecReader.ReadSampler);
        IReadOnlyList<SamplerSpec> settings = evaluations.Length == 0
            ? [chosen]
            : [.. evaluations.Select(count => Checked(chosen with { Evaluations = count }))];
        foreach (var one in settings)
        {
            FieldOption.Refuse(SamplingRules.CheckAgainst(run.Schedule, one));
        }

        return settings;

        SamplerSpec Checked(SamplerSpec spec)
        {
            var read = SpecReader.ReadSampler(JsonSerializer.SerializeToElement(spec, SpecJson.Options));
            FieldOption.Refuse(read.Problems);
            return read.Spec!;
        }
    }

    private static string Line(SamplerSpec settings, long seed, QualityResult result, string protocol)
    {
        var json = JsonSerializer.SerializeToNode(settings, SpecJson.Options)!.AsObject();
        json["seed"] = seed;
        json["kid"] = Finite(result.Kid.Value);
        json["kidError"] = result.Kid.StandardError is { } error ? Finite(error) : null;
        if (result.Fid is { } fid)
        {
            json["fid"] = Finite(fid);
        }

        if (result.PrecisionRecall is { } manifold)
        {
            (json["precision"], json["recall"]) = (Finite(manifold.Precision), Finite(manifold.Recall));
        }

        json["protocol"] = protocol;
        return json.ToJsonString(SpecJson.Options);

        // JSON has no other numbers; null says that there is none.
        static double? Finite(double value) => double.IsFinite(value) ? value : null;
    }
}
