namespace Dashboard.Diffusion.Specs;

/// <summary>What every use of a sampler must hold to: in a sampling run, for KID and for an epoch's samples.</summary>
internal static class SamplerRules
{
    /// <param name="at">JSON path before the fields' names, such as <c>samples.</c>.</param>
    public static void Check(RuleBook rules, string at, SamplerSpec sampler)
    {
        rules.Range($"{at}evaluations", sampler.Evaluations, 1, 1000);
        rules.Range($"{at}eta", sampler.Eta, 0, 1);
        rules.Require(
            sampler.Eta == 0 || sampler.Sampler == Sampler.Ddim,
            $"{at}eta",
            "Only ddim has an eta. Set it to 0, or choose the sampler ddim.");
        var highest = sampler.Sampler == Sampler.Unipc ? 3 : 5;
        rules.Range($"{at}order", sampler.Order, 1, highest);
        rules.Range($"{at}percentile", sampler.Percentile, 0.5, 1);
        rules.Range($"{at}churn.amount", sampler.Churn.Amount, 0, 1000);
        rules.Range($"{at}churn.noise", sampler.Churn.Noise, 0, 2);
        rules.Require(
            sampler.Churn.Amount == 0 || sampler.Sampler == Sampler.Heun,
            $"{at}churn.amount",
            "Only heun has churn. Set it to 0, or choose the sampler heun.");
    }
}
