using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Training;

public static class LearningRates
{
    /// <param name="step">1 for the first.</param>
    /// <param name="steps">Of the whole run.</param>
    public static double At(OptimizerSpec spec, long step, long steps)
    {
        if (step <= spec.WarmupSteps)
        {
            return spec.LearningRate * step / spec.WarmupSteps;
        }

        return spec.LearningRateSchedule switch
        {
            LearningRateSchedule.Constant => spec.LearningRate,
            LearningRateSchedule.Cosine => spec.LearningRate / 2
                * (1 + Math.Cos(Math.PI * (step - spec.WarmupSteps) / Math.Max(steps - spec.WarmupSteps, 1))),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.LearningRateSchedule, "unknown learning rate schedule"),
        };
    }
}
