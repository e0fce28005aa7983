using Dashboard.Diffusion.Sampling;

namespace Dashboard.Diffusion.Tests;

/// <summary>Images of one normally distributed number: the perfect network for them is known in closed form.</summary>
internal sealed record GaussianImages(double Mean, double Deviation)
{
    /// <summary>The x of each evaluation and the finished image.</summary>
    public (IReadOnlyList<double> Visited, double Image) Walk(IReadOnlyList<SamplerStep> plan, double x, Func<double> freshNoise)
    {
        var answers = new List<(double Image, double Noise)>();
        var visited = new List<double>();
        foreach (var step in plan)
        {
            visited.Add(x);
            var image = Denoise(step, x);
            answers.Add((image, (x - (step.SignalRate * image)) / step.NoiseRate));
            x = step.Terms.Sum(
                term => (term.Image * answers[^(term.Back + 1)].Image) + (term.Noise * answers[^(term.Back + 1)].Noise))
                + (step.FreshNoise > 0 ? step.FreshNoise * freshNoise() : 0);
        }

        return (visited, x);
    }

    /// <summary>Standard deviation of x at a step.</summary>
    public double Spread(SamplerStep step) =>
        Math.Sqrt(Math.Pow(step.SignalRate * Deviation, 2) + Math.Pow(step.NoiseRate, 2));

    /// <summary>The mean of the image given x.</summary>
    private double Denoise(SamplerStep step, double x)
    {
        var (prior, seen) = (1 / (Deviation * Deviation), Math.Pow(step.SignalRate / step.NoiseRate, 2));
        return ((prior * Mean) + (seen * x / step.SignalRate)) / (prior + seen);
    }
}
