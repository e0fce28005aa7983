namespace Dashboard.Diffusion.Sampling;

/// <summary>The share of one evaluation's answer in the next x.</summary>
/// <param name="Back">0 for the step's own evaluation, 1 for the one before it, …</param>
/// <param name="Image">Weight of that evaluation's x̂₀.</param>
/// <param name="Noise">Weight of its ε̂, which goes with x̂₀: x_t = signal·x̂₀ + noise·ε̂ exactly.</param>
public sealed record SamplerTerm(int Back, double Image, double Noise);

/// <summary>
/// One evaluation of the network at <see cref="Time"/> and the mix that follows it: the next x is the sum of <see cref="Terms"/>
/// and of <see cref="FreshNoise"/> times standard normal noise. Every sampler here is a list of such steps, for all of them are
/// linear in x and in what the network answered; x itself is signal·x̂₀ + noise·ε̂. The last step's sum is the finished image.
/// </summary>
/// <param name="SignalRate">At <paramref name="Time"/>.</param>
/// <param name="NoiseRate">At <paramref name="Time"/>.</param>
/// <param name="FreshNoise">Standard deviation; 0 for none.</param>
public sealed record SamplerStep(
    double Time, double SignalRate, double NoiseRate, IReadOnlyList<SamplerTerm> Terms, double FreshNoise = 0)
{
    /// <summary>
    /// The finished image is what the last evaluation predicts, as in Keras' examples and as every sampler does on its step to σ
    /// = 0.
    /// </summary>
    public static IReadOnlyList<SamplerTerm> Finished { get; } = [new SamplerTerm(0, 1, 0)];
}
