namespace Dashboard.Diffusion.Specs;

/// <summary>The averaged network that is validated, measured and drawn from.</summary>
public sealed record EmaSpec
{
    /// <summary>Share of the old average kept each step, over weights and BatchNorm statistics. Not used with a half-life.</summary>
    public required double Decay { get; init; }

    /// <summary>Starts with a lower decay, min(decay, (1 + step) / (10 + step)), so that early epochs are not the first weights.</summary>
    public required bool Warmup { get; init; }

    /// <summary>Images after which half of the old average is left, whatever the batch size; 0 takes <see cref="Decay"/>.</summary>
    public long HalfLifeImages { get; init; }

    /// <summary>Decays of further averages that are kept beside it and can be sampled from.</summary>
    public IReadOnlyList<double> Also { get; init; } = [];
}
