namespace Dashboard.Diffusion.Specs;

/// <summary>What to draw from a trained checkpoint. Names either a <see cref="Checkpoint"/> or a <see cref="Run"/>.</summary>
public sealed record SamplingSpec
{
    public long? Checkpoint { get; init; }

    /// <summary>Takes this run's best checkpoint by KID, or its last where none was measured.</summary>
    public long? Run { get; init; }

    public Sampler Sampler { get; init; } = Sampler.Ddim;

    /// <summary>Network evaluations for each image.</summary>
    public int Evaluations { get; init; } = 20;

    /// <summary>0 is deterministic DDIM, 1 as much fresh noise as the ancestral sampler.</summary>
    public double Eta { get; init; }

    public SeedRange Seeds { get; init; } = new();

    /// <summary>Intermediate frames to keep of each image, evenly spread over the evaluations.</summary>
    public int Frames { get; init; } = 10;

    public Device Device { get; init; } = Device.Auto;
}

public enum Sampler
{
    Ddim,
}

/// <summary>Consecutive seeds; one random generator per seed, so a seed gives the same image in any batch.</summary>
public sealed record SeedRange
{
    public long First { get; init; } = 1;

    public int Count { get; init; } = 16;
}
