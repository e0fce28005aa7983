namespace Dashboard.Diffusion.Specs;

/// <summary>What a sampling spec must hold to.</summary>
public static class SamplingRules
{
    public const int MaxImages = 10_000;

    public static IReadOnlyList<SpecProblem> Check(SamplingSpec spec)
    {
        var rules = new RuleBook();
        rules.Require(
            spec.Run is null != spec.Checkpoint is null,
            "checkpoint",
            "Name either a checkpoint or a run (whose best checkpoint is taken), not both.");
        rules.Range("evaluations", spec.Evaluations, 1, 1000);
        rules.Range("eta", spec.Eta, 0, 1);
        rules.Range("seeds.count", spec.Seeds.Count, 1, MaxImages);
        rules.Range("seeds.first", spec.Seeds.First, 0, long.MaxValue - MaxImages);
        rules.Range("frames", spec.Frames, 0, 1000);
        rules.Require(
            spec.Frames == 0 || spec.Seeds.Count <= 256,
            "frames",
            "Frames are kept for at most 256 images in one run. Set frames to 0 or draw fewer images.");
        return rules.Problems;
    }
}
