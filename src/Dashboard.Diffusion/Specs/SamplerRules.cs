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
    /// <param name="schedule">Of the network; null while it is not known.</param>
    public static void Check(ProblemList problems, string at, SamplerSpec sampler, ScheduleSpec? schedule = null)
    {
        problems.Require(
            sampler.Sampler != Sampler.Unipc || sampler.Order <= 3, $"{at}order", "The order of unipc is at most 3.");

        // Heun evaluates the network twice a step.
        var steps = sampler.Sampler == Sampler.Heun ? (sampler.Evaluations + 1) / 2 : sampler.Evaluations;
        if (schedule is { Steps: > 0 and var known } && steps > known)
        {
            var most = sampler.Sampler == Sampler.Heun ? 2 * known : known;
            problems.Add(
                $"{at}evaluations",
                $"{sampler.Evaluations} sampling steps are more than the schedule's {known} discrete steps (schedule.steps), "
                    + $"and the network knows no noise between those. Give at most {most}.");
        }
    }
}
