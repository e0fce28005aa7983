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
        SamplerRules.Check(rules, "", spec);
        rules.Range("guidance", spec.Guidance, 0, 100);
        rules.Require(spec.Guidance == 1 || spec.Label is not null, "guidance", "Guidance goes towards a label: name one, or set guidance to 1.");
        rules.Range("seeds.count", spec.Seeds.Count, 1, MaxImages);
        rules.Range("seeds.first", spec.Seeds.First, 0, long.MaxValue - MaxImages);
        rules.Range("frames", spec.Frames, 0, 1000);
        rules.Require(
            spec.Frames == 0 || spec.Seeds.Count <= 256,
            "frames",
            "Frames are kept for at most 256 images in one run. Set frames to 0 or draw fewer images.");
        if (spec.Slerp is { } slerp)
        {
            rules.Range("slerp.from", slerp.From, 0, long.MaxValue);
            rules.Range("slerp.to", slerp.To, 0, long.MaxValue);
            rules.Range("slerp.count", slerp.Count, 2, 256);
            rules.Require(slerp.From != slerp.To, "slerp.to", "There is no way between a seed and itself: name two different seeds.");
        }

        if (spec.Inpaint is { } inpaint)
        {
            CheckInpainting(rules, spec, inpaint);
        }

        return rules.Problems;
    }

    private static void CheckInpainting(RuleBook rules, SamplingSpec spec, InpaintSpec inpaint)
    {
        rules.Text("inpaint.image", inpaint.Image, "Name a picture of the gallery by its SHA-256.");
        rules.Range("inpaint.left", inpaint.Left, 0, 1);
        rules.Range("inpaint.top", inpaint.Top, 0, 1);
        rules.Range("inpaint.width", inpaint.Width, 0, 1 - inpaint.Left);
        rules.Range("inpaint.height", inpaint.Height, 0, 1 - inpaint.Top);
        rules.Range("inpaint.repeats", inpaint.Repeats, 1, 50);
        rules.Require(
            spec.Sampler is Sampler.Ddim or Sampler.Ddpm,
            "sampler",
            "Inpainting changes x between the steps, which samplers that look back on earlier steps can't bear. Choose ddim or ddpm.");
        rules.Require(spec.Slerp is null, "slerp", "Inpainting starts from the picture's surroundings: leave slerp out.");
    }
}
