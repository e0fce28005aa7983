using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Imaging;

namespace Dashboard.Engine.Data.Importing;

/// <summary>
/// Counts the pixels of an archive that its bytes do not account for. Asked in the archive's order and before anything is
/// decoded, so that each import leaves out the same images.
/// </summary>
internal sealed class PixelBudget(ImageLimits limits)
{
    private long left = limits.MostSparsePixels;

    /// <returns>Why the image is left out; null if it may be decoded.</returns>
    public string? Refuse(byte[] encoded)
    {
        var pixels = ImageHeader.PixelsOf(encoded);
        var sparse = pixels - limits.UsualPixels - (limits.UsualPixelsPerByte * encoded.Length);

        // One that is too large by itself is never decoded, and its reader says so.
        if (sparse <= 0 || pixels > limits.MostPixels)
        {
            return null;
        }

        if (sparse > left)
        {
            return $"huge for its {encoded.Length:N0} bytes: {pixels / 1_000_000} million pixels, and the images before it have "
                + "used up what an archive may have of such; scale it down";
        }

        left -= sparse;
        return null;
    }
}
