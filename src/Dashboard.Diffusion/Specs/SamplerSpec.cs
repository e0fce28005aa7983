namespace Dashboard.Diffusion.Specs;

/// <summary>Everything that decides the way from noise to image, besides the network and the seed.</summary>
public record SamplerSpec
{
    [Field("Sampler", "DDIM is a safe default; DPM-Solver and UniPC need fewer steps.")]
    public Sampler Sampler { get; init; } = Sampler.Ddim;

    /// <summary>Network evaluations per image.</summary>
    [Field("Sampling steps", "Network evaluations per image. 20 is good; more is finer and slower.", Unit = "steps")]
    [Within(1, 1000)]
    public int Evaluations { get; init; } = 20;

    /// <summary>ddim: 0 is deterministic, 1 adds as much noise as the ancestral sampler.</summary>
    [Field("Eta", "Added noise: 0 is deterministic, 1 as much as DDPM.", Advanced = true)]
    [Within(0, 1)]
    [OnlyWhen(nameof(Sampler), Sampler.Ddim)]
    public double Eta { get; init; }

    /// <summary>ddpm: how much noise is added.</summary>
    [Field("Variance", "How much noise each step adds.", Advanced = true)]
    [ShownWhen(nameof(Sampler), Sampler.Ddpm)]
    public AncestralVariance Variance { get; init; } = AncestralVariance.Posterior;

    /// <summary>adams-bashforth 1…5, unipc 1…3: earlier evaluations that a step uses.</summary>
    [Field("Order", "Earlier evaluations that a step uses.", Advanced = true)]
    [Within(1, 5)]
    [ShownWhen(nameof(Sampler), Sampler.AdamsBashforth, Sampler.Unipc)]
    public int Order { get; init; } = 2;

    /// <summary>heun: noise added while sampling.</summary>
    public ChurnSpec Churn { get; init; } = new();

    /// <summary>How the sampling steps are spread from noise to image.</summary>
    [Field("Step spacing", "How the sampling steps are spread from noise to image.", Advanced = true)]
    public TimeSpacing Spacing { get; init; } = TimeSpacing.Even;

    [Field("Clipping", "What happens to predicted images that leave the range of pixel values.", Advanced = true)]
    public ImageClip Clip { get; init; } = ImageClip.None;

    /// <summary>Dynamic thresholding: share of an image's values that lie within its bound.</summary>
    [Field("Percentile", "Share of the values of an image that stay unchanged. 0.995 is usual.", Advanced = true)]
    [Within(0.5, 1.0)]
    [ShownWhen(nameof(Clip), ImageClip.Dynamic)]
    public double Percentile { get; init; } = 0.995;

    /// <summary>In one line, as specs write it: the sampler, its steps and each of its options that counts.</summary>
    public string Describe()
    {
        var options = SpecFields.Sampler
            .Where(field => field.Path is not ("sampler" or "evaluations") && SpecFields.Counts(this, field, SpecFields.Sampler))
            .Select(field => $", {field.Path} {SpecFields.Text(field.Read(this))}");
        return $"{SpecJson.Word(Sampler)}, {SpecFields.Text(Evaluations)} sampling steps{string.Concat(options)}";
    }
}

/// <summary>EDM's S_churn, S_tmin, S_tmax and S_noise (Karras et al. 2022, algorithm 2).</summary>
public sealed record ChurnSpec
{
    [Field("Churn", "Noise added while sampling.", Advanced = true, Nothing = "none")]
    [Within(0, 1000)]
    [OnlyWhen(nameof(SamplerSpec.Sampler), Sampler.Heun)]
    public double Amount { get; init; }

    [Field("Churn from σ", "No churn below this noise level.", Advanced = true)]
    [ShownWhen(nameof(SamplerSpec.Sampler), Sampler.Heun)]
    public double MinSigma { get; init; }

    [Field("Churn to σ", "No churn above this noise level.", Advanced = true)]
    [ShownWhen(nameof(SamplerSpec.Sampler), Sampler.Heun)]
    public double MaxSigma { get; init; } = 1e9;

    [Field("Churn noise scale", "1 or slightly more.", Advanced = true)]
    [Within(0, 2)]
    [ShownWhen(nameof(SamplerSpec.Sampler), Sampler.Heun)]
    public double Noise { get; init; } = 1;
}
