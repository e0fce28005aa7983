using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Imaging;

namespace Dashboard.Engine.Data;

/// <summary>The perceptual hashes of a pack's images, as an import finds them.</summary>
public static class PackHashes
{
    private const int Told = 64;

    /// <param name="progress">Told 0…1, on any thread.</param>
    /// <returns>In the order of the pack; null for images that show too little, or can't be decoded any more.</returns>
    /// <exception cref="InvalidDataException">The folder holds no complete pack.</exception>
    public static IReadOnlyList<long?> Of(string folder, Action<double> progress, CancellationToken stop)
    {
        using var pack = ImagePack.Open(folder);
        var decoder = new ImageDecoder(ImageLimits.None, pack.Rendering);
        var (hash, resizer) = (new PerceptualHash(), new TriangleResizer(Thumbnail.Size));
        var hashes = new long?[pack.Images.Count];
        var done = 0;
        Parallel.For(
            0,
            hashes.Length,
            new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount },
            i =>
            {
                hashes[i] = HashOf(pack.Read(i));
                if (Interlocked.Increment(ref done) is var count && (count % Told == 0 || count == hashes.Length))
                {
                    progress((double)count / hashes.Length);
                }
            });
        return hashes;

        long? HashOf(byte[] encoded)
        {
            try
            {
                using var image = decoder.Decode(encoded);
                using var thumbnail = Thumbnail.Of(image, resizer);
                return hash.Of(thumbnail);
            }
            catch (BadImageException)
            {
                return null;
            }
        }
    }
}
