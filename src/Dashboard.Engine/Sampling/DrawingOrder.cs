using Dashboard.Diffusion.Specs;

namespace Dashboard.Engine.Sampling;

/// <summary>The noise that an image starts from: a seed's, or a mix of two seeds'.</summary>
/// <param name="Seed">Also decides all noise that is added on the way.</param>
/// <param name="To">The seed at the other end of a spherical interpolation; null for none.</param>
/// <param name="Share">0 is all <paramref name="Seed"/>, 1 all <paramref name="To"/>.</param>
internal sealed record Start(long Seed, long? To = null, double Share = 0);

/// <summary>What to draw and how.</summary>
internal sealed record DrawingOrder(IReadOnlyList<Start> Starts, SamplerSpec Settings)
{
    /// <summary>A label's name; null for any.</summary>
    public string? Label { get; init; }

    public double Guidance { get; init; } = 1;

    public InpaintSpec? Inpaint { get; init; }

    /// <summary>The picture whose surroundings stay; needed with <see cref="Inpaint"/>.</summary>
    public byte[]? Picture { get; init; }

    /// <summary>How many of the first images keep frames.</summary>
    public int Framed { get; init; }

    /// <summary>How many moments to keep of each of those.</summary>
    public int Frames { get; init; }

    /// <param name="first">The first of consecutive seeds.</param>
    public static IReadOnlyList<Start> Range(long first, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Start(first + i))];

    public static DrawingOrder Of(SamplingSpec spec, byte[]? picture)
    {
        IReadOnlyList<Start> starts = spec.Slerp is { } slerp
            ? [.. Enumerable.Range(0, slerp.Count).Select(i => new Start(slerp.From, slerp.To, (double)i / (slerp.Count - 1)))]
            : Range(spec.Seeds.First, spec.Seeds.Count);
        return new DrawingOrder(starts, spec)
        {
            Label = spec.Label,
            Guidance = spec.Guidance,
            Inpaint = spec.Inpaint,
            Picture = picture,
            Framed = spec.Frames > 0 ? starts.Count : 0,
            Frames = spec.Frames,
        };
    }
}
