namespace Dashboard.Diffusion.Specs;

/// <summary>What a sampling spec must hold to.</summary>
public static class SamplingRules
{
    public const int MaxImages = 10_000;

    /// <param name="fromFile">The weights come from a file, so the spec names neither a checkpoint nor a run.</param>
    public static IReadOnlyList<FieldProblem> Check(SamplingSpec spec, bool fromFile = false)
    {
        var problems = new ProblemList();
        problems.Require(
            fromFile || spec.Run is null != spec.Checkpoint is null,
            "checkpoint",
            "Name either a checkpoint or a run (whose best checkpoint is taken), not both.");
        FieldRules.Check(problems, SpecFields.Sampling, spec);
        SamplerRules.Check(problems, "", spec);
        problems.Require(
            spec.Frames == 0 || spec.Seeds.Count <= 256,
            "frames",
            "Frames are kept for at most 256 images in one run. Set frames to 0 or draw fewer images.");
        problems.Require(
            spec.Slerp is not { } slerp || slerp.From != slerp.To,
            "slerp.to",
            "Interpolation needs two different seeds.");
        if (spec.Inpaint is { } inpaint)
        {
            CheckInpainting(problems, spec, inpaint);
        }

        return problems.All;
    }

    /// <summary>What only the schedule that the network was trained with can tell of a sampler.</summary>
    public static IReadOnlyList<FieldProblem> CheckAgainst(ScheduleSpec trained, SamplerSpec sampler)
    {
        var problems = new ProblemList();
        SamplerRules.Check(problems, "", sampler, trained);
        return problems.All;
    }

    private static void CheckInpainting(ProblemList problems, SamplingSpec spec, InpaintSpec inpaint)
    {
        problems.Text("inpaint.image", inpaint.Image, "Name an image of the gallery by its SHA-256.");
        problems.Require(
            inpaint.Width <= 1 - inpaint.Left, "inpaint.width", "The box reaches beyond the right edge. Make it narrower.");
        problems.Require(
            inpaint.Height <= 1 - inpaint.Top, "inpaint.height", "The box reaches beyond the bottom edge. Make it lower.");
        problems.Require(
            spec.Sampler is Sampler.Ddim or Sampler.Ddpm,
            "sampler",
            "Inpainting changes x between the steps, so samplers that use earlier steps do not work with it. "
                + "Choose ddim or ddpm.");
        problems.Require(
            spec.Slerp is null, "slerp", "Inpainting starts from an image, so it can't interpolate. Leave slerp out.");
    }
}
