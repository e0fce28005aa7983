using Dashboard.Diffusion.Specs;

namespace Dashboard.Worker.Verbs;

/// <summary>What only the checkpoint can tell of how it is to be drawn from.</summary>
internal static class CheckpointRules
{
    /// <exception cref="ArgumentException">The message names each field.</exception>
    public static void Check(SamplerSpec settings, TrainingSpec trained)
    {
        if (trained.Schedule.Steps > 0 && settings.Evaluations > trained.Schedule.Steps)
        {
            throw new ArgumentException(
                $"evaluations: {settings.Evaluations} sampling steps are more than the {trained.Schedule.Steps} of the schedule "
                    + $"that the network was trained with. Give at most {trained.Schedule.Steps}.");
        }
    }
}
