using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Web.NewRun;
using Dashboard.Web.RunPages;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Gallery;

/// <summary>The sampling settings behind a picture, from the spec of the run that drew it.</summary>
internal static class DrawnWith
{
    private const int MostFrames = 10;

    /// <param name="run">The one that drew the picture.</param>
    public static SamplingSpec SettingsOf(ImageItem image, RunItem run)
    {
        if (run.Kind == RunKind.Sampling)
        {
            return Read<SamplingSpec>(run.Spec) ?? new SamplingSpec { Evaluations = image.Evaluations, Eta = image.Eta };
        }

        var samples = TrainedSpec.Of(run)?.Samples;
        return samples is null
            ? new SamplingSpec { Evaluations = image.Evaluations, Eta = image.Eta }
            : new SamplingSpec(samples);
    }

    /// <summary>Whether two settings draw the same picture from the same weights and seed.</summary>
    public static bool DrawAlike(SamplingSpec one, SamplingSpec other)
    {
        return Essence(one) == Essence(other);

        static string Essence(SamplingSpec spec) => JsonSerializer.Serialize(
            spec with { Run = null, Checkpoint = null, Seeds = new SeedRange(), Frames = 0, Device = Device.Auto }, SpecJson.Options);
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

    /// <summary>Everything about the settings that is not as usual, besides sampler and evaluations.</summary>
    public static IEnumerable<(string Label, string Value)> Describe(SamplingSpec spec)
    {
        var usual = new SamplingSpec();
        if (spec.Sampler == Sampler.Ddim)
        {
            yield return ("Eta", Format.Plain(spec.Eta));
        }

        if (spec.Sampler == Sampler.Ddpm)
        {
            yield return ("Variance", SamplerWords.Of(SamplerWords.Variances, SpecJson.Word(spec.Variance)));
        }

        if (spec.Sampler is Sampler.AdamsBashforth or Sampler.Unipc)
        {
            yield return ("Order", Format.Plain(spec.Order));
        }

        if (spec.Churn.Amount != 0)
        {
            yield return ("Churn", $"{Format.Plain(spec.Churn.Amount)}, noise × {Format.Plain(spec.Churn.Noise)}, σ {Format.Plain(spec.Churn.MinSigma)} to {Format.Plain(spec.Churn.MaxSigma)}");
        }

        if (spec.Spacing != usual.Spacing)
        {
            yield return ("Spacing", SamplerWords.Of(SamplerWords.Spacings, SpecJson.Word(spec.Spacing)));
        }

        if (spec.Clip != usual.Clip)
        {
            var percentile = spec.Clip == ImageClip.Dynamic ? $", percentile {Format.Plain(spec.Percentile)}" : "";
            yield return ("Clipping", SamplerWords.Of(SamplerWords.Clips, SpecJson.Word(spec.Clip)) + percentile);
        }

        if (spec.Label is { } label)
        {
            yield return ("Label", label);
            yield return ("Guidance", Format.Plain(spec.Guidance));
        }

        if (spec.EmaDecay is { } decay)
        {
            yield return ("Average of decay", Format.Plain(decay));
        }

        if (spec.Inpaint is { } inpaint)
        {
            yield return ("Redrawn part", $"from {Format.Percent(inpaint.Left)}, {Format.Percent(inpaint.Top)}; {Format.Percent(inpaint.Width)} × {Format.Percent(inpaint.Height)}; {inpaint.Repeats} times a step");
        }
    }

    private static T? Read<T>(JsonElement spec)
        where T : class
    {
        try
        {
            return spec.Deserialize<T>(SpecJson.Options);
        }
        catch (JsonException)
        {
            // A spec of another version.
            return null;
        }
    }
}
