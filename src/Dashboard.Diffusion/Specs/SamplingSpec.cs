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

    [Field("Checkpoint", "The weights to sample from.")]
    public long? Checkpoint { get; init; }

    /// <summary>Takes this run's best checkpoint by KID, or its last where none was measured.</summary>
    [Field("Run", "Takes the best checkpoint of this training run.")]
    public long? Run { get; init; }

    /// <summary>The label to draw, by name; null draws any. Only for networks that were trained with labels.</summary>
    [Field("Label", "What to draw.", Nothing = "any")]
    public string? Label { get; init; }

    /// <summary>
    /// How far to go from "any label" towards <see cref="Label"/>: 1 is the network's own answer, more exaggerates.
    /// </summary>
    [Field(
        "Guidance",
        "1 is the output of the network itself. More follows the label more closely with less variety, at twice "
            + "the cost.")]
    [Within(0.0, 100.0)]
    [OnlyWhen(nameof(Label))]
    public double Guidance { get; init; } = 1;

    /// <summary>Which of the run's averaged weights, by its decay in ema.also; null takes the main one.</summary>
    [Field("EMA decay", "Which of the averages of the run to sample from.", Nothing = "main")]
    public double? EmaDecay { get; init; }

    public SeedRange Seeds { get; init; } = new();

    /// <summary>Draws the way between two seeds instead of one image a seed: null for none.</summary>
    public SlerpSpec? Slerp { get; init; }

    /// <summary>Redraws part of a picture: null for none.</summary>
    public InpaintSpec? Inpaint { get; init; }

    /// <summary>Intermediate frames to keep of each image, evenly spread over the evaluations.</summary>
    [Field("Frames", "Denoising steps that are kept of each image, for the scrubber.", Nothing = "none")]
    [Within(0, 1000)]
    public int Frames { get; init; } = 10;

    [Field("Device", "Where the run computes.", Advanced = true)]
    public Device Device { get; init; } = Device.Auto;

    /// <summary>Another sampler without this one's own options, which would be refused.</summary>
    public SamplingSpec WithSampler(Sampler sampler) =>
        sampler == Sampler ? this : this with { Sampler = sampler, Eta = 0, Order = 2, Churn = new ChurnSpec() };
}

/// <summary>Consecutive seeds; one random generator per seed, so a seed gives the same image in any batch.</summary>
public sealed record SeedRange
{
    [Field("First seed", "The same seed gives the same image, whatever the batch.")]
    [Within(0, long.MaxValue - SamplingRules.MaxImages)]
    [ShownWhen(nameof(SamplingSpec.Slerp), "")]
    public long First { get; init; } = 1;

    [Field("Images", "One per seed, starting at the first.")]
    [Within(1, SamplingRules.MaxImages)]
    [ShownWhen(nameof(SamplingSpec.Slerp), "")]
    public int Count { get; init; } = 16;
}

/// <summary>Spherical interpolation of the first noise from one seed's to another's, both included.</summary>
public sealed record SlerpSpec
{
    [Field("From seed", "Where the interpolation starts.")]
    [Within(0, long.MaxValue)]
    public required long From { get; init; }

    [Field("To seed", "Where it ends.")]
    [Within(0, long.MaxValue)]
    public required long To { get; init; }

    /// <summary>Pictures in all.</summary>
    [Field("Interpolated images", "Images in total, both ends included.")]
    [Within(2, 256)]
    public int Count { get; init; } = 8;
}

/// <summary>RePaint (Lugmayr et al. 2022): outside the box the known picture is put in at each step's noise level.</summary>
public sealed record InpaintSpec
{
    /// <summary>SHA-256 of a picture in the gallery, of the network's size.</summary>
    [Field("Image to inpaint", "SHA-256 of an image of the gallery.")]
    public required string Image { get; init; }

    /// <summary>Left edge of the box to redraw, as a share of the width.</summary>
    [Field("Left", "Left edge of the box, as a share of the width.")]
    [Within(0, 1)]
    public double Left { get; init; } = 0.25;

    [Field("Top", "Top edge of the box, as a share of the height.")]
    [Within(0, 1)]
    public double Top { get; init; } = 0.25;

    [Field("Width", "Of the box, as a share of the image.")]
    [Within(0, 1)]
    public double Width { get; init; } = 0.5;

    [Field("Height", "Of the box, as a share of the image.")]
    [Within(0, 1)]
    public double Height { get; init; } = 0.5;

    /// <summary>How often each step is made; more than once goes back in noise between, so that both parts come to fit.</summary>
    [Field("Repeats", "How often each step is made. More blends both parts better and takes proportionally longer.")]
    [Within(1, 50)]
    public int Repeats { get; init; } = 5;
}
