namespace Dashboard.Diffusion.Sampling;

/// <summary>
/// UniPC (Zhao et al. 2023) for predicted x₀, B(h) = e^h − 1: each evaluation first corrects the x that it was made at, then
/// predicts the next one. Order p has accuracy p + 1. The corrected x differs from the evaluated one by a sum of earlier x̂₀, so
/// that both halves are one mix.
/// </summary>
internal static class UnipcPlan
{
    public const int HighestOrder = 3;

    /// <param name="order">p, 1…3; the first steps have fewer evaluations to look back on.</param>
    public static IReadOnlyList<SamplerStep> Create(IReadOnlyList<NoiseLevel> levels, int order)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(order, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, HighestOrder);

        // What the corrector adds to the x that was evaluated, as weights of x̂₀ by evaluation.
        var correction = new Dictionary<int, double>();
        return SamplerPlan.Walk(levels, i =>
        {
            var (from, to) = (levels[i], levels[i + 1]);
            var kept = to.Noise / from.Noise;
            var predictor = Weights(levels, i, order, corrects: false);

            // The next x from the corrected one.
            var images = new SortedDictionary<int, double> { [i] = kept * from.Signal };
            foreach (var (evaluation, weight) in correction)
            {
                images[evaluation] = images.GetValueOrDefault(evaluation) + (kept * weight);
            }

            foreach (var (evaluation, weight) in predictor)
            {
                images[evaluation] = images.GetValueOrDefault(evaluation) + weight;
            }

            // What the next evaluation will correct of it.
            correction = Weights(levels, i, order, corrects: true);
            foreach (var (evaluation, weight) in predictor)
            {
                correction[evaluation] = correction.GetValueOrDefault(evaluation) - weight;
            }

            return (
                [.. images.Reverse().Select(
                    pair => new SamplerTerm(i - pair.Key, pair.Value, pair.Key == i ? kept * from.Noise : 0))],
                0);
        });
    }

    /// <summary>
    /// The weights of x̂₀ in noise'/noise·x + Σ, by evaluation, for the step from level <paramref name="i"/> on; the corrector's
    /// include the evaluation at the step's end.
    /// </summary>
    private static Dictionary<int, double> Weights(IReadOnlyList<NoiseLevel> levels, int i, int order, bool corrects)
    {
        var (from, to) = (levels[i], levels[i + 1]);
        var known = 0;
        while (known < order - 1 && i - known - 1 >= 0 && !levels[i - known - 1].HasNoSignal && !from.HasNoSignal)
        {
            known++;
        }

        // −signal'·(e^−h − 1)·x̂₀: the first-order solution.
        var shrink = (from.Signal * to.Noise / (from.Noise * to.Signal)) - 1;
        var weights = new Dictionary<int, double> { [i] = -to.Signal * shrink };
        var places = new List<(int Evaluation, double Ratio)>();
        for (var back = 1; back <= known; back++)
        {
            places.Add((i - back, (levels[i - back].HalfLogSnr - from.HalfLogSnr) / (to.HalfLogSnr - from.HalfLogSnr)));
        }

        if (corrects)
        {
            places.Add((i + 1, 1));
        }

        if (places.Count == 0 || from.HasNoSignal)
        {
            return weights;
        }

        foreach (var ((evaluation, ratio), rho) in places.Zip(
            Solve([.. places.Select(place => place.Ratio)], to.HalfLogSnr - from.HalfLogSnr, shrink)))
        {
            // −signal'·B(h)·ρ·(x̂₀ there − x̂₀ here) / r
            var weight = -to.Signal * shrink * rho / ratio;
            weights[evaluation] = weights.GetValueOrDefault(evaluation) + weight;
            weights[i] -= weight;
        }

        return weights;
    }

    /// <summary>
    /// ρ with Σ ρ·r^(k−1) = k!·φ_(k+1)(−h)·(−h)^… / B(h), k = 1…count: the order conditions of the paper's theorem 3.1.
    /// </summary>
    private static double[] Solve(double[] ratios, double step, double shrink)
    {
        // With a single place the paper takes a half, which reaches its order too and is steadier.
        if (ratios.Length == 1)
        {
            return [0.5];
        }

        var count = ratios.Length;
        var matrix = new double[count, count + 1];
        var (phi, factorial) = ((shrink / -step) - 1, 1.0);
        for (var row = 0; row < count; row++)
        {
            for (var column = 0; column < count; column++)
            {
                matrix[row, column] = Math.Pow(ratios[column], row);
            }

            matrix[row, count] = phi * factorial / shrink;
            factorial *= row + 2;
            phi = (phi / -step) - (1 / factorial);
        }

        for (var pivot = 0; pivot < count; pivot++)
        {
            for (var row = 0; row < count; row++)
            {
                if (row == pivot)
                {
                    continue;
                }

                var factor = matrix[row, pivot] / matrix[pivot, pivot];
                for (var column = pivot; column <= count; column++)
                {
                    matrix[row, column] -= factor * matrix[pivot, column];
                }
            }
        }

        return [.. Enumerable.Range(0, count).Select(row => matrix[row, count] / matrix[row, row])];
    }
}
