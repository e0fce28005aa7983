using Dashboard.Diffusion.Training;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Training;

/// <summary>
/// EDM's non-leaky augmentation (Karras et al. 2022, appendix F.2): images are mirrored, scaled, turned, stretched and shifted at
/// random, and the network is told how in nine numbers; told zeros, it draws images as they were. Bilinear sampling, edges
/// reflected.
/// </summary>
internal static class GeometricAugmentation
{
    private const double ScaleDeviation = 0.2, StretchDeviation = 0.2, ShiftDeviation = 0.125;

    /// <param name="images">N×3×S×S, normalised.</param>
    /// <param name="probability">Of each change but the first mirror, which half of the images get.</param>
    /// <returns>The changed images, channels-last, and N×9 numbers that say how.</returns>
    public static (Tensor Images, Tensor Labels) Apply(Tensor images, double probability, Random random)
    {
        using var scope = NewDisposeScope();
        var count = (int)images.shape[0];
        var maps = new float[count, 2, 3];
        var labels = new float[count, NetworkShape.AugmentationLabels];
        for (var i = 0; i < count; i++)
        {
            var change = Draw(probability, random);
            for (var row = 0; row < 2; row++)
            {
                for (var column = 0; column < 3; column++)
                {
                    maps[i, row, column] = (float)change.Map[(row * 3) + column];
                }
            }

            for (var label = 0; label < NetworkShape.AugmentationLabels; label++)
            {
                labels[i, label] = (float)change.Labels[label];
            }
        }

        var grid = functional.affine_grid(tensor(maps, device: images.device), images.shape, align_corners: false);
        var changed = functional.grid_sample(
            images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Reflection, align_corners: false);
        return (
            TensorLayout.ChannelsLast(changed).MoveToOuterDisposeScope(),
            tensor(labels, device: images.device).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// One image's change: where each place of the new image lies in the old one, in coordinates from −1 to 1, and its numbers.
    /// </summary>
    internal static (double[] Map, double[] Labels) Draw(double probability, Random random)
    {
        var mirrorX = random.Next(2) == 1;
        var mirrorY = Happens() && random.Next(2) == 1;
        var scale = Happens() ? random.NextNormal() : 0;
        var turn = Happens() ? ((random.NextDouble() * 2) - 1) * Math.PI : 0;
        var (stretch, direction) = Happens() ? (random.NextNormal(), ((random.NextDouble() * 2) - 1) * Math.PI) : (0, 0);
        var (shiftX, shiftY) = Happens() ? (random.NextNormal(), random.NextNormal()) : (0, 0);

        // Read from the right: from a place in the new image back through shift, stretch, turn, scale and mirrors to the old one.
        var grown = Math.Pow(2, -ScaleDeviation * scale);
        var stretched = Math.Pow(2, StretchDeviation * stretch);
        var matrix = Times([mirrorX ? -grown : grown, 0, 0, mirrorY ? -grown : grown], Rotation(-turn));
        matrix = Times(matrix, Times(Rotation(direction), Times([1 / stretched, 0, 0, stretched], Rotation(-direction))));
        var (x, y) = (-2 * ShiftDeviation * shiftX, -2 * ShiftDeviation * shiftY);
        return (
            [matrix[0], matrix[1], (matrix[0] * x) + (matrix[1] * y), matrix[2], matrix[3], (matrix[2] * x) + (matrix[3] * y)],
            [
                mirrorX ? 1 : 0, mirrorY ? 1 : 0, scale, Math.Cos(turn) - 1, Math.Sin(turn),
                stretch * Math.Cos(direction), stretch * Math.Sin(direction), shiftX, shiftY,
            ]);

        bool Happens() => random.NextDouble() < probability;
    }

    private static double[] Rotation(double angle) => [Math.Cos(angle), -Math.Sin(angle), Math.Sin(angle), Math.Cos(angle)];

    private static double[] Times(double[] a, double[] b) =>
        [
            (a[0] * b[0]) + (a[1] * b[2]), (a[0] * b[1]) + (a[1] * b[3]),
            (a[2] * b[0]) + (a[3] * b[2]), (a[2] * b[1]) + (a[3] * b[3]),
        ];
}
