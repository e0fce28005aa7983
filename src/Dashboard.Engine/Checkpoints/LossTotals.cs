namespace Dashboard.Engine.Checkpoints;

/// <summary>Sums of an epoch's losses so far.</summary>
/// <param name="Objective">Of what is made small, one a step.</param>
/// <param name="Noise">Of the loss on the noise, one a step: the number that compares across parameterisations.</param>
/// <param name="Image">Of the loss on the image, one a step.</param>
/// <param name="Quartiles">Of the loss on the noise of the images with t in [0, ¼), [¼, ½), [½, ¾), [¾, 1].</param>
/// <param name="QuartileImages">How many images those are.</param>
public sealed record LossTotals(
    double Objective, double Noise, double Image, IReadOnlyList<double> Quartiles, IReadOnlyList<long> QuartileImages)
{
    public const int QuartileCount = 4;

    public static LossTotals Zero { get; } = new(0, 0, 0, new double[QuartileCount], new long[QuartileCount]);

    public static int QuartileOf(double time) => Math.Clamp((int)(time * QuartileCount), 0, QuartileCount - 1);
}
