namespace Dashboard.Diffusion.Specs;

/// <summary>
/// Rules between the fields of a sampler, wherever one is used: in a sampling run, for KID and for an epoch's samples.
/// </summary>
internal static class SamplerRules
{
    public static IReadOnlyList<FieldProblem> Check(SamplerSpec sampler)
    {
        var problems = new ProblemList();
        FieldRules.Check(problems, SpecFields.Sampler, sampler);
        Check(problems, "", sampler);
        return problems.All;
    }

    /// <param name="at">JSON path before the fields' names, such as <c>samples.</c>.</param>
    public static void Check(ProblemList problems, string at, SamplerSpec sampler) =>
        problems.Require(
            sampler.Sampler != Sampler.Unipc || sampler.Order <= 3, $"{at}order", "The order of unipc is at most 3.");
}
