using static System.FormattableString;

namespace Dashboard.Diffusion.Specs;

/// <summary>Everything that decides the way from noise to image, besides the network and the seed.</summary>
public record SamplerSpec
{
    public Sampler Sampler { get; init; } = Sampler.Ddim;

    /// <summary>Network evaluations for each image.</summary>
    public int Evaluations { get; init; } = 20;

    /// <summary>ddim: 0 is deterministic, 1 as much fresh noise as the ancestral sampler.</summary>
    public double Eta { get; init; }

    /// <summary>ddpm: how much fresh noise.</summary>
    public AncestralVariance Variance { get; init; } = AncestralVariance.Posterior;

    /// <summary>adams-bashforth 1…5, unipc 1…3: evaluations that a step looks back on.</summary>
    public int Order { get; init; } = 2;

    /// <summary>heun: noise added on the way.</summary>
    public ChurnSpec Churn { get; init; } = new();

    /// <summary>How the evaluations are spread from noise to image.</summary>
    public TimeSpacing Spacing { get; init; } = TimeSpacing.Even;

    public ImageClip Clip { get; init; } = ImageClip.None;

    /// <summary>Dynamic thresholding: share of an image's values that lie within its bound.</summary>
    public double Percentile { get; init; } = 0.995;

    /// <summary>In words for a person: the sampler, its evaluations and each of its options that counts.</summary>
    public string Describe()
    {
        var own = Sampler switch
        {
            Sampler.Ddim => Invariant($", eta {Eta}"),
            Sampler.Ddpm => $", variance {SpecJson.Word(Variance)}",
            Sampler.AdamsBashforth or Sampler.Unipc => Invariant($", order {Order}"),
            Sampler.Heun when Churn.Amount > 0 =>
                Invariant($", churn {Churn.Amount}, its noise {Churn.Noise}, σ {Churn.MinSigma} to {Churn.MaxSigma}"),
            _ => "",
        };
        var percentile = Clip == ImageClip.Dynamic ? Invariant($", percentile {Percentile}") : "";
        return Invariant(
            $"{SpecJson.Word(Sampler)}, {Evaluations} evaluations{own}, spacing {SpecJson.Word(Spacing)}, clip {SpecJson.Word(Clip)}{percentile}");
    }
}

/// <summary>EDM's S_churn, S_tmin, S_tmax and S_noise (Karras et al. 2022, algorithm 2).</summary>
public sealed record ChurnSpec
{
    public double Amount { get; init; }

    public double MinSigma { get; init; }

    public double MaxSigma { get; init; } = 1e9;

    public double Noise { get; init; } = 1;
}
