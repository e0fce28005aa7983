namespace Dashboard.Diffusion.Specs;

/// <summary>What to draw from a trained checkpoint. Names either a <see cref="Checkpoint"/> or a <see cref="Run"/>.</summary>
public sealed record SamplingSpec : SamplerSpec
{
    public SamplingSpec()
    {
    }

    /// <summary>Draws as another spec does.</summary>
    public SamplingSpec(SamplerSpec sampler)
        : base(sampler)
    {
    }

    public long? Checkpoint { get; init; }

    /// <summary>Takes this run's best checkpoint by KID, or its last where none was measured.</summary>
    public long? Run { get; init; }

    /// <summary>The label to draw, by name; null draws any. Only for networks that were trained with labels.</summary>
    public string? Label { get; init; }

    /// <summary>How far to go from "any label" towards <see cref="Label"/>: 1 is the network's own answer, more exaggerates.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>Which of the run's averaged weights, by its decay in ema.also; null takes the main one.</summary>
    public double? EmaDecay { get; init; }

    public SeedRange Seeds { get; init; } = new();

    /// <summary>Draws the way between two seeds instead of one image a seed: null for none.</summary>
    public SlerpSpec? Slerp { get; init; }

    /// <summary>Redraws part of a picture: null for none.</summary>
    public InpaintSpec? Inpaint { get; init; }

    /// <summary>Intermediate frames to keep of each image, evenly spread over the evaluations.</summary>
    public int Frames { get; init; } = 10;

    public Device Device { get; init; } = Device.Auto;

    /// <summary>Another sampler without this one's own options, which would be refused.</summary>
    public SamplingSpec WithSampler(Sampler sampler) =>
        sampler == Sampler ? this : this with { Sampler = sampler, Eta = 0, Order = 2, Churn = new ChurnSpec() };
}

/// <summary>Consecutive seeds; one random generator per seed, so a seed gives the same image in any batch.</summary>
public sealed record SeedRange
{
    public long First { get; init; } = 1;

    public int Count { get; init; } = 16;
}

/// <summary>Spherical interpolation of the first noise from one seed's to another's, both included.</summary>
public sealed record SlerpSpec
{
    public required long From { get; init; }

    public required long To { get; init; }

    /// <summary>Pictures in all.</summary>
    public int Count { get; init; } = 8;
}

/// <summary>RePaint (Lugmayr et al. 2022): outside the box the known picture is put in at each step's noise level.</summary>
public sealed record InpaintSpec
{
    /// <summary>SHA-256 of a picture in the gallery, of the network's size.</summary>
    public required string Image { get; init; }

    /// <summary>Left edge of the box to redraw, as a share of the width.</summary>
    public double Left { get; init; } = 0.25;

    public double Top { get; init; } = 0.25;

    public double Width { get; init; } = 0.5;

    public double Height { get; init; } = 0.5;

    /// <summary>How often each step is made; more than once goes back in noise between, so that both parts come to fit.</summary>
    public int Repeats { get; init; } = 5;
}
