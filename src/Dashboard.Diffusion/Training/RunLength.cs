using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Training;

/// <summary>
/// How long a training run is, in the three units of its clock. An epoch's last images that fill no whole step are not shown.
/// </summary>
/// <param name="ImagesPerStep">Images behind one optimizer step: the accumulated batches together.</param>
/// <param name="StepsPerEpoch">0 where an epoch does not fill one step; such a run can't start.</param>
/// <param name="Steps">Optimizer steps of the whole run.</param>
public sealed record RunLength(int ImagesPerStep, int StepsPerEpoch, long Steps)
{
    public long ImagesPerEpoch => (long)ImagesPerStep * StepsPerEpoch;

    /// <summary>Training images that the whole run shows.</summary>
    public long Images => ImagesPerStep * Steps;

    /// <param name="trainingImages">Of the data set's training split.</param>
    public static RunLength Of(TrainingSpec spec, int trainingImages)
    {
        // A form asks for numbers that no rule has checked yet.
        var imagesPerStep = (int)Math.Min(
            (long)Math.Max(spec.BatchSize, 1) * Math.Max(spec.Optimizer.AccumulatedBatches, 1), int.MaxValue);
        var stepsPerEpoch = (int)((long)trainingImages * spec.Repetitions / imagesPerStep);
        return new RunLength(imagesPerStep, stepsPerEpoch, (long)stepsPerEpoch * spec.Epochs);
    }
}
