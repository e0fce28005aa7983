using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Gallery;

/// <summary>The sampling settings behind a picture, from the spec of the run that drew it.</summary>
internal static class DrawnWith
{
    private const int MostFrames = 10;

    private static readonly SpecField[] Described =
    [
        .. SpecFields.Sampler.Where(field => field.Path is not ("sampler" or "evaluations")),
        .. new[] { "label", "guidance", "emaDecay" }.Select(SpecFields.Sampling.Find),
    ];

    /// <param name="run">The one that drew the picture.</param>
    public static SamplingSpec SettingsOf(ImageItem image, RunItem run)
    {
        if (run.Sampling is { } settings)
        {
            return settings;
        }

        return run.Training is { } training
            ? new SamplingSpec(training.Samples)
            : new SamplingSpec { Evaluations = image.Evaluations, Eta = image.Eta };
    }

    /// <summary>Whether two settings draw the same picture from the same weights and seed.</summary>
    public static bool DrawAlike(SamplingSpec one, SamplingSpec other)
    {
        return Essence(one) == Essence(other);

        static string Essence(SamplingSpec spec) => JsonSerializer.Serialize(
            spec with { Run = null, Checkpoint = null, Seeds = new SeedRange(), Frames = 0, Device = Device.Auto },
            SpecJson.Options);
    }

    /// <summary>A run that draws the picture once more; one between two seeds comes with its whole row.</summary>
    public static SamplingSpec Again(ImageItem image, SamplingSpec settings, long checkpoint) => settings with
    {
        Run = null,
        Checkpoint = checkpoint,
        Seeds = new SeedRange { First = image.Seed, Count = 1 },
        Slerp = image.SlerpTo is null ? null : settings.Slerp,
        Frames = Math.Min(MostFrames, image.Evaluations),
    };

    /// <summary>What people call a sampler, by the name that specs have for it.</summary>
    public static string SamplerName(string sampler) =>
        SpecFields.Sampler.Find("sampler").Choices.FirstOrDefault(choice => choice.Value == sampler)?.Text ?? sampler;

    /// <summary>
    /// The settings that count besides sampler and steps: those that belong to a choice, and those that are not as usual.
    /// </summary>
    public static IEnumerable<(string Label, string Value)> Describe(SamplingSpec spec)
    {
        var json = SpecJson.ToObject(spec);
        foreach (var field in Described.Where(field => SpecFields.Counts(json, field)))
        {
            if (field.When is not null || SpecFields.Text(json, field.Path) != field.Default)
            {
                yield return (field.Label, SpecFields.Value(json, field));
            }
        }

        if (spec.Inpaint is { } inpaint)
        {
            var box = $"{Format.Percent(inpaint.Width)} × {Format.Percent(inpaint.Height)} "
                + $"at {Format.Percent(inpaint.Left)}, {Format.Percent(inpaint.Top)}";
            yield return ("Inpainted", $"{box}; {inpaint.Repeats} times per step");
        }
    }
}
