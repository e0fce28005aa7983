namespace Dashboard.Engine.Imaging;

/// <summary>
/// 64 bits that stay nearly the same when a picture is scaled, compressed again or slightly changed: the signs of its lowest
/// spatial frequencies against their median, after Zauner 2010, "Implementation and benchmarking of perceptual image hash
/// functions". Few differing bits mean two pictures of the same thing.
/// </summary>
public sealed class PerceptualHash
{
    private const int Side = 32;
    private const int Frequencies = 8;

    // Of these frequencies' part in the standard deviation of the brightness, of 255: below it there is too little to recognise.
    private const double LeastContrast = 3;

    private static readonly double[] Cosines = [.. Enumerable.Range(0, Frequencies * Side).Select(
        i => Math.Cos(Math.PI * ((i % Side) + 0.5) * ((i / Side) + 1) / Side))];

    private readonly TriangleResizer resizer = new(Side);

    /// <summary>Null for a picture of one colour or nearly so.</summary>
    public long? Of(PixelImage image)
    {
        var rgb = new byte[Side * Side * 3];
        resizer.CropAndResize(image, rgb);
        var brightness = new double[Side * Side];
        for (var i = 0; i < brightness.Length; i++)
        {
            brightness[i] = (0.299 * rgb[i * 3]) + (0.587 * rgb[(i * 3) + 1]) + (0.114 * rgb[(i * 3) + 2]);
        }

        // Parseval: above frequency 0 in both directions, the variance has 4 / side⁴ of a coefficient's square.
        var spectrum = Spectrum(brightness);
        if (spectrum.Sum(value => value * value) * 4 / Math.Pow(Side, 4) < LeastContrast * LeastContrast)
        {
            return null;
        }

        var median = spectrum.Order().Skip((spectrum.Length / 2) - 1).Take(2).Average();
        long hash = 0;
        for (var i = 0; i < spectrum.Length; i++)
        {
            hash |= spectrum[i] > median ? 1L << i : 0;
        }

        return hash;
    }

    /// <summary>The cosine transform's frequencies from 1 to 8 in both directions.</summary>
    private static double[] Spectrum(ReadOnlySpan<double> pixels)
    {
        var across = new double[Side * Frequencies];
        for (var y = 0; y < Side; y++)
        {
            for (var u = 0; u < Frequencies; u++)
            {
                var sum = 0.0;
                for (var x = 0; x < Side; x++)
                {
                    sum += pixels[(y * Side) + x] * Cosines[(u * Side) + x];
                }

                across[(y * Frequencies) + u] = sum;
            }
        }

        var spectrum = new double[Frequencies * Frequencies];
        for (var v = 0; v < Frequencies; v++)
        {
            for (var u = 0; u < Frequencies; u++)
            {
                for (var y = 0; y < Side; y++)
                {
                    spectrum[(v * Frequencies) + u] += across[(y * Frequencies) + u] * Cosines[(v * Side) + y];
                }
            }
        }

        return spectrum;
    }
}
