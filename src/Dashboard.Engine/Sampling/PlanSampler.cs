using Dashboard.Diffusion.Sampling;
using static TorchSharp.torch;

namespace Dashboard.Engine.Sampling;

/// <summary>Called after each evaluation, with tensors that live only until it returns.</summary>
/// <param name="noisy">x_t, what the network saw; normalised.</param>
/// <param name="predicted">The x₀ that follows from its answer.</param>
internal delegate void OnEvaluation(int index, SamplerStep step, Tensor noisy, Tensor predicted);

/// <summary>Walks a sampler's plan: evaluate, mix, add noise, evaluate again.</summary>
internal static class PlanSampler
{
    /// <param name="initialNoise">N×3×S×S, channels-last; unchanged.</param>
    /// <param name="freshNoise">Standard normal noise of the same shape, asked for whenever a step wants some.</param>
    /// <param name="inpainting">Puts known parts back in after each step; null for none.</param>
    /// <returns>The finished image, normalised.</returns>
    public static Tensor Draw(
        Denoiser denoiser,
        IReadOnlyList<SamplerStep> plan,
        Tensor initialNoise,
        Func<Tensor> freshNoise,
        OnEvaluation? onEvaluation,
        Inpainting? inpainting,
        CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var reach = plan.Max(step => step.Terms.Max(term => term.Back));
        var answers = new List<Prediction>();
        var x = initialNoise.alias();
        for (var i = 0; i < plan.Count; i++)
        {
            var step = plan[i];
            var next = i + 1 < plan.Count ? plan[i + 1] : null;
            for (var repeat = inpainting?.Repeats ?? 1; repeat > 0; repeat--)
            {
                stop.ThrowIfCancellationRequested();
                using var stepScope = NewDisposeScope();
                var answer = denoiser.Predict(step, x);
                onEvaluation?.Invoke(i, step, x, answer.Image);

                answers.Insert(0, answer);
                var mixed = Mix(step, answers, freshNoise);
                if (inpainting is not null)
                {
                    mixed = inpainting.PutBack(mixed, next, freshNoise);
                    mixed = repeat > 1 && next is not null ? Inpainting.GoBack(mixed, next, step, freshNoise) : mixed;
                }

                x.Dispose();
                x = mixed.MoveToOuterDisposeScope();
                Forget(answers, reach);
                if (next is null)
                {
                    break;
                }
            }
        }

        return x.MoveToOuterDisposeScope();
    }

    private static Tensor Mix(SamplerStep step, List<Prediction> answers, Func<Tensor> freshNoise)
    {
        Tensor? mixed = null;
        foreach (var term in step.Terms)
        {
            Add(answers[term.Back].Image, term.Image);
            Add(answers[term.Back].Noise, term.Noise);
        }

        return step.FreshNoise > 0 ? mixed!.add_(freshNoise(), alpha: step.FreshNoise) : mixed!;

        void Add(Tensor part, double weight)
        {
            if (weight != 0)
            {
                mixed = mixed is null ? part * weight : mixed.add_(part, alpha: weight);
            }
        }
    }

    /// <summary>Keeps what the next steps may look back on beyond the scope of this one.</summary>
    private static void Forget(List<Prediction> answers, int reach)
    {
        while (answers.Count > reach)
        {
            answers[^1].Image.Dispose();
            answers[^1].Noise.Dispose();
            answers.RemoveAt(answers.Count - 1);
        }

        if (answers.Count > 0)
        {
            answers[0].Image.MoveToOuterDisposeScope();
            answers[0].Noise.MoveToOuterDisposeScope();
        }
    }
}
